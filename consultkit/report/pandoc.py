"""Runs the pandoc inside pypandoc_binary, as a sandboxed process with limits: the one module that knows it.

pypandoc itself is never imported (52 ms), and PATH is never searched: the same campaign must give the same
files on every machine.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consultkit.i18n import _
from consultkit.report.errors import RenderError

# Held on 485 naughty strings, 652 CommonMark examples and pandoc's own tests. `+raw_html` is deliberate:
# without it HTML comments become visible text; the raw nodes are dropped from the tree instead.
READER = (
    "markdown-yaml_metadata_block-pandoc_title_block-mmd_title_block-raw_attribute-raw_tex-latex_macros"
    "-tex_math_dollars-native_divs-native_spans-markdown_in_html_blocks+raw_html-citations-example_lists"
    "-implicit_header_references-auto_identifiers-simple_tables-multiline_tables-definition_lists"
    "-line_blocks-smart-emoji-subscript-superscript+pipe_tables+grid_tables+table_captions+footnotes"
    "+inline_notes+implicit_figures+strikeout+task_lists+lists_without_preceding_blankline"
    "+bracketed_spans+header_attributes+fenced_divs"
)
HEAP_EXHAUSTED = 251
READERS = 2  # processes that read side by side; the machines aimed at have two cores


class LimitError(Exception):
    """Pandoc went over its limits: it says `time` or `memory`."""


@dataclass(frozen=True, slots=True)
class Run:
    """A pandoc process under way, what it writes, and when it must have ended."""

    process: subprocess.Popen[bytes]
    output: Path
    log: Path
    deadline: float


def binary() -> Path:
    """The embedded pandoc, or the one PYPANDOC_PANDOC names."""
    name = "pandoc.exe" if sys.platform == "win32" else "pandoc"
    named = os.environ.get("PYPANDOC_PANDOC")
    if named:
        path = Path(named)
        path = path / name if path.is_dir() else path
        if path.is_file():
            return path.absolute()  # runs happen in a folder of their own
        raise RenderError(
            _("PYPANDOC_PANDOC names no pandoc: “{path}”. Correct it, or unset it.").format(path=named)
        )
    spec = importlib.util.find_spec("pypandoc")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / "files" / name
        if path.is_file():
            return path
    raise RenderError(
        _("Pandoc is missing. Install it again: pip install --force-reinstall pypandoc_binary==1.17")
    )


def version() -> str:
    """The version of the pandoc in use, as in `3.9`."""
    shown = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True, timeout=20)
    return shown.stdout.split("\n", 1)[0].removeprefix("pandoc").strip()


def seconds(size: int) -> float:
    """The time allowed for `size` bytes of Markdown: some twenty times what it takes."""
    return 15 + size / 30_000


def megabytes(size: int) -> int:
    """The heap allowed for `size` bytes of Markdown."""
    return 512 + size // 10_000


def start(
    arguments: Sequence[str], output: str, folder: Path, *, size: int, epoch: int = 0, limit: float = 0
) -> Run:
    """Starts pandoc in `folder`, which holds its inputs and takes its output.

    `size` is the Markdown's in bytes and scales both limits (`limit` overrides the time, in seconds);
    `epoch` dates what is written, so that the same input gives the same bytes.
    """
    data = folder / "pandoc-data"  # empty: nothing from the user's own pandoc folder is ever used
    data.mkdir(exist_ok=True)
    log = folder / f"{output}.log"
    command = [str(binary()), *arguments, "--sandbox", "--data-dir", str(data), "-o", output]
    command += ["+RTS", f"-M{megabytes(size)}m", "-RTS"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    try:
        with log.open("wb") as errors:
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=environment
            )
    except OSError as error:
        raise RenderError(
            _(
                "Pandoc does not start on this machine: {error}. "
                "Install it again, or name another with PYPANDOC_PANDOC."
            ).format(error=error.strerror)
        ) from error
    return Run(process, folder / output, log, time.monotonic() + (limit or seconds(size)))


def finish(run: Run) -> bytes:
    """What the process wrote; raises `LimitError` where it went over a limit."""
    try:
        code = run.process.wait(max(0.0, run.deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise LimitError("time") from None
    finally:
        stop(run)
    if code == HEAP_EXHAUSTED or code < 0:
        raise LimitError("memory")
    if code:
        detail = run.log.read_text("utf-8", "replace").strip().split("\n")[0][:200]
        raise RenderError(_("Pandoc could not make the document: {detail}").format(detail=detail))
    return run.output.read_bytes()


def stop(run: Run) -> None:
    """Ends a process that is still under way."""
    if run.process.poll() is None:
        run.process.kill()
        run.process.wait()


def read(parts: Sequence[str], folder: Path) -> list[bytes]:
    """The syntax trees of Markdown texts as JSON, one or two, in order.

    Each part has its own footnotes and link definitions (`--file-scope`); pandoc then prefixes ids
    with `p0__`, `p1__`: the caller takes these off.
    """
    for index, part in enumerate(parts):
        (folder / f"p{index}").write_text(part, "utf-8", newline="\n")
    try:
        return _read_batches(_batches(parts), folder)
    except LimitError as error:
        raise RenderError(_too_heavy(_culprit(parts, folder), str(error))) from error


def _batches(parts: Sequence[str]) -> list[tuple[list[str], int]]:
    """The parts' file names in runs of about equal size, with each run's size."""
    sizes = [len(part.encode()) for part in parts]
    batches: list[tuple[list[str], int]] = []
    share, names, filled = sum(sizes) / READERS, list[str](), 0
    for index, size in enumerate(sizes):
        names.append(f"p{index}")
        filled += size
        if filled >= share and len(batches) < READERS - 1:
            batches.append((names, filled))
            names, filled = [], 0
    return [*batches, (names, filled)] if names else batches


def _read_batches(batches: Sequence[tuple[list[str], int]], folder: Path) -> list[bytes]:
    runs: list[Run] = []
    try:
        for number, (names, size) in enumerate(batches):
            arguments = ["-f", READER, "-t", "json", "--file-scope", *names]
            runs.append(start(arguments, f"tree{number}.json", folder, size=size))
        return [finish(run) for run in runs]
    finally:
        for run in runs:
            stop(run)


def _culprit(parts: Sequence[str], folder: Path) -> str:
    """The title of the first part that pandoc cannot read by itself, else of the whole."""

    def stalls(index: int) -> bool:
        size = len(parts[index].encode())
        arguments = ["-f", READER, "-t", "json", f"p{index}"]
        try:
            finish(start(arguments, f"alone{index}.json", folder, size=size, limit=seconds(size) / 3))
        except (LimitError, RenderError):
            return True
        return False

    with ThreadPoolExecutor(READERS) as pool:
        for index, stalled in enumerate(pool.map(stalls, range(len(parts)))):
            if stalled:
                return _title(parts[index])
    return _title(parts[0])


def _title(markdown: str) -> str:
    """The first heading of a part, without its attributes."""
    lines = (line.lstrip("#").split("{#")[0].strip() for line in markdown.split("\n") if line.startswith("#"))
    return next(lines, "")[:80]


def _too_heavy(title: str, reason: str) -> str:
    if reason == "time":
        message = _(
            "“{title}” takes pandoc too long. "
            "Look in it for long runs of brackets, asterisks or signs, and shorten them."
        )
    else:
        message = _("“{title}” takes pandoc too much memory. Split it, or take out what was pasted into it.")
    return message.format(title=title)


def tree(blocks: list[Any]) -> bytes:
    """Blocks as a pandoc document in JSON, without metadata."""
    document = {"pandoc-api-version": [1, 23, 1, 1], "meta": {}, "blocks": blocks}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
