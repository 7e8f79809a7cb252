"""git, asked about the campaign in a folder: the one way in which what it keeps is read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

MAX_COMMITS = 2_000  # looked at for past versions
PATIENCE = 300  # seconds after which git, asked over a dead network drive, counts as absent


def ask(root: Path, *arguments: str, stdin: bytes = b"") -> bytes | None:
    """What git prints; None without git, without a repository, or where it refuses."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}  # looking at a repository changes nothing in it
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, check=True, timeout=PATIENCE, env=environment
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def line(root: Path, *arguments: str) -> str:
    """What git prints as text, without the space around it; nothing where `ask` has no answer."""
    return (ask(root, *arguments) or b"").decode("utf-8", "replace").strip()


def past(root: Path, *paths: str) -> list[tuple[str, str]]:
    """Every version (path, blob) of these files that led to the present commit, the newest first."""
    options = ["--format=", "--raw", "--no-abbrev", "--no-renames", "--relative", "-m", "-z"]
    words = line(root, "log", *options, f"-n{MAX_COMMITS}", "--", *paths).split("\0")
    found = [(path, meta.split()[3]) for meta, path in pairwise(words) if meta.lstrip().startswith(":")]
    return [(path, blob) for path, blob in dict.fromkeys(found) if blob.strip("0")]


def contents(root: Path, objects: Sequence[str]) -> Iterator[bytes]:
    """The bytes of each of these objects, in order; empty for what is no file. Nothing without git."""
    output = ask(root, "cat-file", "--batch", stdin="".join(f"{id_}\n" for id_ in objects).encode())
    position = 0
    for _object in objects if output else ():
        assert output is not None
        end = output.index(b"\n", position)
        kind, size = output[position:end].split()[1:3]
        start, position = end + 1, end + 2 + int(size)
        yield output[start : position - 1] if kind == b"blob" else b""
