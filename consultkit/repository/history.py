"""All of git's history: every blob ever committed, searched for what must not be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from consultkit.files import WorkspaceError, place_at
from consultkit.i18n import _
from consultkit.privacy import patterns
from consultkit.privacy.matcher import Matcher
from consultkit.repository import git

_TEXTS = (".md", ".yaml", ".yml", ".txt", ".csv", ".json", ".j2")
MAX_BLOB = 4_000_000


@dataclass(frozen=True, slots=True)
class Remnant:
    """Something dangerous in git's history: the path it had, the blob, the line; never its text."""

    path: str
    blob: str
    line: int
    what: str


def remnants(root: Path, matcher: Matcher | None, allowed: frozenset[str] = frozenset()) -> Iterator[Remnant]:
    """Private files, known identities and patterns in any blob that any branch or tag reaches."""
    blobs = list(_blobs(root))
    for path, blob in blobs:
        parts = path.split("/")
        if "private" in parts[:-1] and not path.endswith((".age", ".gitkeep")):
            yield Remnant(path, blob, 1, _("a file of private/"))
    texts = [
        (path, blob) for path, blob in blobs if path.endswith(_TEXTS) and not path.startswith("templates/")
    ]
    for (path, blob), data in zip(texts, git.contents(root, [blob for _path, blob in texts]), strict=True):
        text = data.decode("utf-8", "replace") if len(data) <= MAX_BLOB else ""
        for hit in matcher.search(text) if matcher else ():
            yield Remnant(path, blob, place_at(text, hit.start, path).line, _("a known identity"))
        for found in patterns.search(text) if "notes/" in path or path.endswith("mapping.yaml") else ():
            if text[found.start : found.end].strip() not in allowed:
                yield Remnant(path, blob, place_at(text, found.start, path).line, _("a number or an address"))


def _blobs(root: Path) -> Iterator[tuple[str, str]]:
    """Every (path, blob) of the history, once."""
    listed = git.ask(root, "rev-list", "--objects", "--all", "--", ".")
    if listed is None:
        raise WorkspaceError(_("--history needs git, and a campaign that git keeps."))
    seen = set()
    for line in listed.decode("utf-8", "replace").splitlines():
        blob, _space, path = line.partition(" ")
        if path and (blob, path) not in seen:
            seen.add((blob, path))
            yield path, blob
