"""git, asked about the campaign in a folder: the one way in which what it keeps is read."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from consultkit.i18n import _

MAX_COMMITS = 2_000  # looked at for past versions
PATIENCE = 300  # seconds after which git, asked over a dead network drive, counts as absent
AT_ONCE = 64_000_000  # bytes of objects asked for in one go
SUBMODULE, LINK = "160000", "120000"  # modes of what is no file
_NOTHING = "0" * 40  # which no object is called
_QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",  # looking at a repository changes nothing in it
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone fetches nothing
    "GIT_ALLOW_PROTOCOL": "none",  # nor do versions of git that do not know the line above
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",  # what was replaced is still there
}
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX")  # which a hook is given, and which name its folder
_SAFE = re.compile(r"safe\.directory (\S.*)$", re.MULTILINE)


class Refusal(NamedTuple):
    """Why git does not answer, in its own words, and the way out where one is known."""

    reason: str
    help: str = ""


def ask(root: Path, *arguments: str, stdin: bytes = b"") -> bytes | None:
    """What git prints; None without git, without a repository, or where it refuses."""
    done = _run(root, arguments, stdin)
    return done.stdout if done is not None and done.returncode == 0 else None


def _run(
    root: Path, arguments: Sequence[str], stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes] | None:
    command = ["git", "-C", str(root), *arguments]
    try:
        return subprocess.run(
            command, input=stdin, capture_output=True, check=False, timeout=PATIENCE, env=_environment(root)
        )
    except (OSError, subprocess.SubprocessError):
        return None


def _environment(root: Path) -> Mapping[str, str]:
    environment = {**os.environ, **_QUIET}
    if "GIT_DIR" in environment and repository(root) is not None:
        for name in _OF_A_HOOK:
            environment.pop(name, None)
    return environment


def repository(root: Path) -> Path | None:
    """The nearest folder at or above this one that git keeps, whether or not git can be asked."""
    here = root.resolve()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), None)


def refusal(root: Path) -> Refusal | None:
    """Why git does not answer where there is a repository; None where it does, or is not installed."""
    folder = repository(root)
    done = _run(root, ["ls-files", "-z", "--", "."]) if folder is not None else None
    if folder is None or done is None or done.returncode == 0:
        return None
    said = done.stderr.decode("utf-8", "replace")
    first = next((line.strip() for line in said.splitlines() if line.strip()), str(done.returncode))
    safe = _SAFE.search(said)
    help = _("If this folder is yours: `git config --global --add safe.directory {folder}`")
    return Refusal(first.rstrip("."), help.format(folder=safe[1].strip()) if safe else "")


def line(root: Path, *arguments: str) -> str:
    """What git prints as text, without the space around it; nothing where `ask` has no answer."""
    return (ask(root, *arguments) or b"").decode("utf-8", "replace").strip()


def past(root: Path, *paths: str) -> list[tuple[str, str]]:
    """Every version (path, blob) of these files that led to the present commit, the newest first."""
    options = ["--format=", "--raw", "--no-abbrev", "--no-renames", "--relative", "-m", "-z"]
    words = line(root, "log", *options, f"-n{MAX_COMMITS}", "--", *paths).split("\0")
    found = [(path, meta.split()[3]) for meta, path in pairwise(words) if meta.lstrip().startswith(":")]
    return [(path, blob) for path, blob in dict.fromkeys(found) if blob.strip("0")]


def sizes(root: Path, objects: Sequence[str]) -> list[int | None]:
    """The size of each of these objects, in order; None for what is not at hand here."""
    return [int(told) if told.isdigit() else None for told in _told(root, objects, "objectsize")]


def kinds(root: Path, objects: Sequence[str]) -> list[str]:
    """The kind of each of these objects (blob, tree, commit, tag), in order; empty for what is absent."""
    return ["" if " " in told else told for told in _told(root, objects, "objecttype")]


def _told(root: Path, objects: Sequence[str], what: str) -> list[str]:
    """What git says of each of these objects, in order; of what is absent “… missing”, or nothing."""
    asked = "".join(f"{id_}\n" for id_ in objects).encode()
    output = (asked and ask(root, "cat-file", f"--batch-check=%({what})", stdin=asked)) or b""
    found = output.decode("utf-8", "replace").splitlines()
    return [*found, *[""] * (len(objects) - len(found))]


def held(root: Path, objects: Sequence[str], largest: int | None = None) -> Iterator[bytes | None]:
    """The bytes of each of these objects, in order; None for what is not at hand here, or is larger."""
    batch: list[str] = []
    total = 0
    for id_, size in zip(objects, sizes(root, objects), strict=True):
        wanted = size is not None and (largest is None or size <= largest)
        batch.append(id_ if wanted else _NOTHING)
        total += size if wanted and size is not None else 0
        if total > AT_ONCE:
            yield from _batch(root, batch)
            batch, total = [], 0
    yield from _batch(root, batch)


def _batch(root: Path, objects: Sequence[str]) -> Iterator[bytes | None]:
    asked = "".join(f"{id_}\n" for id_ in objects).encode()
    output = (asked and ask(root, "cat-file", "--batch", stdin=asked)) or b""
    position = 0
    for _id in objects:
        end = output.find(b"\n", position)
        words = output[position:end].split()
        if len(words) != 3:  # “… missing”, or no answer
            position = end + 1
            yield None
            continue
        start, position = end + 1, end + 2 + int(words[2])
        yield output[start : position - 1]


def contents(root: Path, objects: Sequence[str]) -> Iterator[bytes]:
    """The bytes of each of these objects, in order; empty for what is not at hand here."""
    return (data or b"" for data in held(root, objects))
