"""What every laptop knows of every piece: the versions it has seen, and those that stand.

A piece is a document, or one unit of an entry of the mapping. Two laptops' knowledge joins in any order and
any number of times to the same: what one of them saw and replaced goes, what the other never saw stays. A
version is named by its content: the same words, however they came (pack, git, copy), are the same version.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from consultkit.files import write_atomic

LEDGER = ".consultkit/exchanged.json"
GIT = "git"  # the piece under which a ledger keeps which of git's blobs were looked at; it never travels
_VERSION = re.compile(r"[0-9a-f]{12}(\.\d{1,4})?\Z")


class State(NamedTuple):
    """The versions of a piece that stand (none: it was removed; several: a conflict), and all ever seen."""

    heads: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()


Ledger = dict[str, State]


def digest(content: bytes | str) -> str:
    """The name of a content's first version."""
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()[:12]


def observe(state: State, contents: Iterable[bytes | str]) -> State:
    """The state once these contents were found on the disk.

    An old content that came back is a new version; so is what was kept when another version beside it was
    deleted: whoever settles otherwise, elsewhere, makes a new conflict, and neither choice undoes the other.
    """
    names = set(map(digest, contents))
    settled = any(head[:12] not in names for head in state.heads)
    heads: set[str] = set()
    for name in names:
        standing = {head for head in state.heads if head[:12] == name}
        if settled or not standing:
            again = 0
            while (new := f"{name}.{again}" if again else name) in state.seen:
                again += 1
            standing = {new}
        heads |= standing
    return State(frozenset(heads), state.seen | heads)


def join(one: State, other: State) -> State:
    """What both know: a version stands where both have it, or one has it and the other never saw it."""
    heads = (one.heads & other.heads) | (one.heads - other.seen) | (other.heads - one.seen)
    return State(heads, one.seen | other.seen)


def plain(state: State) -> bool:
    """Whether the state says nothing that its one content does not."""
    return len(state.seen) == 1 == len(state.heads) and "." not in next(iter(state.seen))


def as_json(ledger: Mapping[str, State]) -> dict[str, list[list[str]]]:
    """A ledger for a file: piece -> [versions that stand, versions replaced]."""
    return {
        key: [sorted(state.heads), sorted(state.seen - state.heads)] for key, state in sorted(ledger.items())
    }


def from_json(data: object) -> Ledger:
    """A ledger from a file; ValueError where it is none."""
    if not isinstance(data, dict):
        raise ValueError("no ledger")
    ledger: Ledger = {}
    for key, pair in data.items():
        heads, replaced = (frozenset(map(str, versions)) for versions in pair)
        if not all(map(_VERSION.match, heads | replaced)):
            raise ValueError("no version")
        ledger[str(key)] = State(heads, heads | replaced)
    return ledger


def read_ledger(root: Path) -> Ledger | None:
    """What this copy of the campaign knows; None where it never exchanged anything, or the record is lost."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        return from_json(json.loads((root / LEDGER).read_text("utf-8")))
    return None


def write_ledger(root: Path, ledger: Ledger) -> None:
    """Keeps what this copy knows, beside the other things that git leaves alone."""
    write_atomic(root / LEDGER, as_text(ledger))


def as_text(ledger: Ledger) -> str:
    """What a copy knows, as its file holds it."""
    return json.dumps(as_json(ledger), ensure_ascii=False, separators=(",", ":")) + "\n"
