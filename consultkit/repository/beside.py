"""Known identities in the files beside those that are read as a campaign's: on the disk, or staged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from consultkit.diagnostic import Fault, Place
from consultkit.files import MAX_BYTES, MAX_TOLD, defaults_dir, place_at
from consultkit.i18n import _
from consultkit.model import Project
from consultkit.repository import readable
from consultkit.repository.git import LINK
from consultkit.repository.staged import StagedTree, staged_outside
from consultkit.repository.surroundings import private_among
from consultkit.text import in_words

if TYPE_CHECKING:
    from consultkit.privacy.matcher import Hit

Search = Callable[[str], "list[Hit]"]

_WRITTEN = ("notes/", "guides/")
_LISTS = (".csv", ".tsv", ".txt", ".vcf")
_MADE = ("build/", "private/", ".consultkit/", ".git/")


def beside(project: Project, search: Search | None, index: StagedTree | None, *, staged: bool) -> list[Fault]:
    """What is found in what is staged, or in the other texts on the disk; the tree is what git tracks.

    Names where some are known; numbers and addresses in what lies beside the notes, and in lists.
    """
    if staged:
        files = _staged(project, index) if index else ()
    else:
        files = _on_disk(project, index)
    told: list[Fault] = []
    for name, data in files:
        if data is not None and (name.startswith(_WRITTEN) or name.lower().endswith(_LISTS)):
            told += _signs(name, data, project.allowed)
        if search is None:
            continue
        told += _in_file(name, data, search)
        if name not in project.files and search(in_words(name)):
            message = _("The name of this file holds a known identity.")
            told.append(Fault("private-found", Place(name), message, _("Rename it.")))
    return told


def outside(root: Path, search: Search | None) -> list[Fault]:
    """What is found in what is staged around a campaign, in no campaign; `search` where names are known."""
    around = staged_outside(root)
    if around is None:
        return []
    tree, names = around
    told = private_among(tree, names)
    for name, data in tree.contents(names, readable.MAX_SEARCHED) if search else ():
        assert search is not None
        told += _in_file(name, data, search)
    return [_seen_from(root, tree.root, fault) for fault in told]


def _seen_from(root: Path, top: Path, fault: Fault) -> Fault:
    """A fault of the repository, its file named from the campaign's folder."""
    file = Path(os.path.relpath(top / fault.place.file, root.resolve())).as_posix()
    return fault._replace(place=fault.place._replace(file=file))


def _staged(project: Project, tree: StagedTree) -> Iterator[tuple[str, bytes | None]]:
    """All that is staged and was not read as a source, encrypted files aside."""
    names = sorted(tree.entries.keys() - project.sources.keys())
    return tree.contents([name for name in names if not readable.private(name)], readable.MAX_SEARCHED)


def _on_disk(project: Project, index: StagedTree | None) -> Iterator[tuple[str, bytes | None]]:
    """The texts that git tracks or that lie in the folders that are read, and were not read as sources."""
    kept = {} if index is None else index.entries
    names = {name for name, (mode, _blob) in kept.items() if mode != LINK}
    for name in sorted(names.union(project.files).difference(project.sources)):
        data = None if name.startswith(_MADE) else _read(project.root / name)
        if data is not None and readable.is_text(data) and not _shipped(project.root, name, data):
            yield name, data


def _shipped(root: Path, name: str, data: bytes) -> bool:
    """Whether a template is the program's own, as `init` laid it down."""
    folder = defaults_dir("templates")
    if not name.startswith("templates/") or (root / "templates").resolve() == folder.resolve():
        return False
    return _read(folder / name.removeprefix("templates/")) == data


def _read(path: Path) -> bytes | None:
    """A file's bytes; None for what is none, is a link, or is too large for a text."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _in_file(name: str, data: bytes | None, search: Search) -> list[Fault]:
    told: list[Fault] = []
    if data is None:
        return [_unsearched(name, _("git does not have its content here, or it is too large"))]
    try:
        for part, text in readable.texts(data, name):
            told += _in_text(name, part, text, search) if not (part and told) else []
    except readable.UnreadableError as error:
        told.append(_unsearched(name, str(error)))
    return told


def _in_text(name: str, part: str, text: str, search: Search) -> Iterable[Fault]:
    hits = search(text)
    help = _(
        "Take it out: write a role instead. A word that is no name goes into private/, under “exceptions:”."
    )
    if part and hits:
        message = _("A known identity stands in this document, in “{part}” ({owner}).")
        told = message.format(part=part, owner=hits[0].owner)
        return [Fault("private-found", Place(name), told, help)]
    message = _("A known identity stands here ({owner}).")
    return [
        Fault("private-found", place_at(text, hit.start, name), message.format(owner=hit.owner), help)
        for hit in hits[:MAX_TOLD]
    ]


def _signs(name: str, data: bytes, allowed: frozenset[str]) -> list[Fault]:
    """Numbers and addresses in a text, but for those that a line excepts."""
    from consultkit.privacy import patterns  # not where nothing lies beside: a part of the start

    text = readable.decoded(data) if readable.is_text(data) else None
    help = _("Move it to private/identities.yaml, or except it with a reason in notes/exceptions.yaml.")
    found = patterns.unexcepted(text, allowed)[:MAX_TOLD] if text else []
    return [
        Fault("pattern-found", place_at(text or "", hit.start, name), _(patterns.KINDS[hit.kind]), help)
        for hit in found
    ]


def _unsearched(name: str, reason: str) -> Fault:
    message = _("Known identities were not searched for in this file: {reason}.").format(reason=reason)
    return Fault("private-unsearched", Place(name), message, _("Keep it out of git, or look at it yourself."))
