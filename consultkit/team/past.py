"""What a copy knows before an exchange: its record of the last ones, and the history that git has of it."""

from __future__ import annotations

from pathlib import Path

from consultkit.files import MAPPING
from consultkit.repository import git
from consultkit.team.exchanged import Copy, piece_of
from consultkit.team.units import MergeError, parse
from consultkit.team.versions import GIT, Ledger, State, digest, read_ledger


def knowledge(root: Path, copy: Copy) -> Ledger:
    """The record of what was exchanged; where git keeps the campaign, its past versions count as seen too.

    So two clones that never exchanged a pack know what they had in common, and what travelled by git alone is
    known for what it was: replaced since. What git had is looked at once; the record says what was.
    """
    ledger = read_ledger(root) or {}
    looked = ledger.get(GIT, State()).seen
    past: dict[str, set[str]] = {}
    blobs = [(name, blob) for name, blob in git.past(root, MAPPING, "notes")
             if blob[:12] not in looked and (name == MAPPING or name.endswith(".md"))]  # fmt: skip
    read = git.contents(root, [blob for _name, blob in blobs])
    for (name, _blob), data in zip(blobs, read, strict=False):  # nothing is read without git
        for piece, contents in _contents(name, data).items():
            past.setdefault(piece, set()).update(map(digest, contents))
    for piece, versions in past.items():
        state = ledger.get(piece, State())
        present = set(map(digest, copy.contents.get(piece, ())))
        ledger[piece] = State(state.heads, state.seen | (versions - present))
    if blobs:
        ledger[GIT] = State(frozenset(), looked | {blob[:12] for _name, blob in blobs})
    return ledger


def _contents(name: str, data: bytes) -> dict[str, list[bytes | str]]:
    data = data.replace(b"\r\n", b"\n")
    if name != MAPPING:
        return {piece_of(name): [data]}
    try:
        return Copy({}, parse(data.decode("utf-8"))).contents
    except (MergeError, UnicodeDecodeError):
        return {}
