"""A small campaign to spoil, and commands run on it as a user runs them."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from consultkit.cli import main

SMALL = Path(__file__).parents[1] / "small"
NOTE, MAPPING, SYNTHESIS = "notes/gao/GAO-01.md", "mapping.yaml", "notes/gao/synthese.md"
ANSWER = "Le responsable est parti."
Spoil = Callable[[Path], object]
IDENTITIES = """identities:
  - note: GAO-01
    name: Zantigui Fictivard
    aliases: [Zanfou]
    phone: 76 00 00 01
    email: z.fictivard@example.org
"""


def campaign(folder: Path) -> Path:
    """A copy of the small campaign."""
    return Path(shutil.copytree(SMALL, folder / "campagne"))


def with_identities(root: Path) -> Path:
    """The campaign with somebody known."""
    (root / "private").mkdir()
    (root / "private/identities.yaml").write_text(IDENTITIES, "utf-8")
    return root


def swap(name: str, old: str, new: str) -> Spoil:
    """One passage of a file replaced."""

    def spoil(root: Path) -> None:
        path = root / name
        text = path.read_text("utf-8")
        assert old in text, (name, old)
        path.write_text(text.replace(old, new, 1), "utf-8", newline="\n")

    return spoil


def answer(text: str) -> Spoil:
    """An answer of a note replaced."""
    return swap(NOTE, ANSWER, text)


def recoded(encoding: str) -> Spoil:
    """A note in another encoding."""

    def spoil(root: Path) -> None:
        (root / NOTE).write_bytes((root / NOTE).read_text("utf-8").encode(encoding))

    return spoil


@dataclass
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def run(root: Path, *arguments: str) -> Ran:
    """A command on a campaign; nothing that it meets may end in a traceback."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*arguments, "--root", str(root)])
    ran = Ran(code, out.getvalue(), err.getvalue())
    assert (
        "Traceback" not in ran.said
        and "consultkit's own" not in ran.said
        and "de consultkit lui-même" not in ran.said
    )
    return ran


def problems(root: Path, *arguments: str) -> list[tuple[str, str, int]]:
    """What `check` tells: code, file, line; coverage aside."""
    ran = run(root, "check", "--format", "json", "--no-coverage", *arguments)
    found = json.loads(ran.out)["problems"]
    assert ran.code == (1 if any(p["severity"] == "error" for p in found) else 0)
    return [(p["code"], p["file"], p["line"]) for p in found]


def files(root: Path) -> dict[str, bytes]:
    """Every file of a folder but for the lock."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".consultkit" not in path.parts
    }
