"""Compiles typst: the one module that imports it.

Documents are compiled in a fresh folder that holds vetted files alone, with the packaged fonts and no other.
A campaign's own layout could loop for ever or ask the network for a package: it is compiled in a process of
its own, with a time limit and a proxy that leads nowhere.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from consultkit.i18n import _
from consultkit.report import fonts
from consultkit.report.errors import RenderError

# Readable by screen readers, and fit for the archive.
STANDARDS = ["ua-1", "a-2a"]
MAIN = "main.typ"
NOWHERE = "http://127.0.0.1:9"


def png(svg: str) -> bytes:
    """A drawing as a picture for Word, which LibreOffice shows too; 2.5 pixels a point."""
    import typst

    source = '#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    try:
        return bytes(
            typst.compile(
                source.encode(), format="png", ppi=180, ignore_system_fonts=True, sys_inputs={"svg": svg},
                font_paths=cast(Any, [str(path) for path in fonts.folders()]),
            )
        )  # fmt: skip
    except typst.TypstError as error:
        raise RenderError(
            _("A figure cannot be drawn: {detail}").format(detail=str(error.message)[:200])
        ) from None


def pdf(folder: Path, date: datetime.date, layout: str, *, trusted: bool, limit: float) -> bytes:
    """The PDF of `folder`/main.typ; `layout` names the layout file for messages.

    A layout that is not the shipped one is not `trusted`: it gets `limit` seconds in its own process.
    """
    if trusted:
        failure, data = _compile(folder, date)
    else:
        failure, data = _apart(folder, date, layout, limit)
    if failure:
        raise RenderError(_sentence(failure, layout))
    return data


def _compile(folder: Path, date: datetime.date) -> tuple[str, bytes]:
    """What went wrong, or nothing, and the PDF."""
    import typst

    stamp = datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.UTC)
    nothing = folder / "no-packages"
    try:
        compiler = typst.Compiler(
            str(folder / MAIN), root=str(folder), font_paths=[str(path) for path in fonts.folders()],
            ignore_system_fonts=True, package_path=str(nothing), package_cache_path=str(nothing),
        )  # fmt: skip
        data = compiler.compile(format="pdf", pdf_standards=cast(Any, STANDARDS), timestamp=stamp)
        return "", cast(bytes, data)
    except typst.TypstError as error:
        return " ".join([str(error.message), *map(str, error.hints)])[:300] or "typst", b""


def _apart(folder: Path, date: datetime.date, layout: str, limit: float) -> tuple[str, bytes]:
    environment = dict(os.environ)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        environment[name] = NOWHERE
    command = [sys.executable, "-P", "-m", __name__, str(folder), date.isoformat()]
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path[1:]])
    try:
        subprocess.run(
            command, timeout=limit, check=True, stdin=subprocess.DEVNULL, capture_output=True, env=environment
        )
    except subprocess.TimeoutExpired:
        message = _(
            "The layout {layout} takes too long: look in it for a loop that does not end, "
            "or delete it to use the default."
        )
        raise RenderError(message.format(layout=layout)) from None
    except subprocess.CalledProcessError:
        return _("typst stopped"), b""
    outcome: dict[str, Any] = json.loads((folder / "outcome.json").read_text("utf-8"))
    return outcome["failure"], b"" if outcome["failure"] else (folder / "main.pdf").read_bytes()


def _sentence(failure: str, layout: str) -> str:
    if "no font could be found" in failure or "could not be displayed" in failure:
        message = _(
            "A character has no font in the PDF ({detail}). Take it out, or choose another font in {layout}."
        )
    else:
        message = _(
            "The PDF cannot be made with the layout {layout}: {detail}. "
            "Correct it, or delete it to use the default."
        )
    return message.format(detail=failure.rstrip("."), layout=layout)


def main() -> None:
    """The process of its own: folder and date as arguments, outcome.json and main.pdf as results."""
    folder = Path(sys.argv[1])
    failure, data = _compile(folder, datetime.date.fromisoformat(sys.argv[2]))
    (folder / "main.pdf").write_bytes(data)
    (folder / "outcome.json").write_text(json.dumps({"failure": failure}), "utf-8")


if __name__ == "__main__":
    main()
