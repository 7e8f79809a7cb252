"""The gate: what is about to leave is read back and searched; a known identity stops it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from consultkit.i18n import _
from consultkit.privacy.matcher import Matcher
from consultkit.privacy.readback import texts


@dataclass(frozen=True, slots=True)
class Leak:
    """A known identity in an output: the file, where in it, and whose; never its text."""

    file: str
    where: str
    owner: str

    def __str__(self) -> str:
        message = _("{file}: a known identity ({owner}) stands in {where}.")
        return message.format(file=self.file, owner=self.owner, where=self.where)


def leaks(outputs: Mapping[str, bytes], matcher: Matcher | None) -> list[Leak]:
    """Known identities in files about to be written: their names, their text and their metadata."""
    if matcher is None:
        return []
    found: dict[tuple[str, str, str], Leak] = {}
    for name, data in outputs.items():
        for where, text in _everything(name, data):
            for hit in matcher.search(text):
                found.setdefault((name, where, hit.owner), Leak(name, where, hit.owner))
    return list(found.values())


def _everything(name: str, data: bytes) -> Iterable[tuple[str, str]]:
    yield _("the file's name"), PurePosixPath(name).stem.replace("_", " ").replace("-", " ")
    yield from texts(data, PurePosixPath(name).suffix.lower())
