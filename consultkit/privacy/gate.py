"""The gate: what is about to leave is read back and searched; a known identity stops it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from consultkit.i18n import _
from consultkit.model import ActorMapping
from consultkit.privacy import patterns
from consultkit.privacy.matcher import Matcher
from consultkit.privacy.organisations import organisation_matcher
from consultkit.privacy.readback import texts

_UNSHOWN = re.compile(r"\[U\+((?:10|[0-9A-F])?[0-9A-F]{4})\]")
_LINE_END = re.compile(r"(?<!\n)\n(?![\n|#>*+-])")  # within a paragraph


@dataclass(frozen=True, slots=True)
class Leak:
    """A known identity in an output: the file, where in it, and whose; never its text, also not in a name."""

    file: str
    where: str
    owner: str

    def __str__(self) -> str:
        message = _("{file}: a known identity ({owner}) stands in {where}.")
        return message.format(file=self.file, owner=self.owner, where=self.where or _("the text"))


def leaks(
    outputs: Mapping[str, bytes],
    matcher: Matcher | None,
    blank: Callable[[], Mapping[str, bytes]] = dict,
) -> list[Leak]:
    """Known identities in files about to be written: their names, their text and their metadata.

    `blank` makes documents that hold nobody's words, and is asked only where something was found: what stands
    on lines of its own there too (the style “ConstantTok”, the font “Times New Roman”) is nobody's name.
    """
    if matcher is None:
        return []
    found: dict[tuple[str, str, str], Leak] = {}
    plain: set[str] | None = None
    for name, data in outputs.items():
        for where, text in _everything(name, data):
            for hit in matcher.search(text):
                if plain is None:
                    plain = _lines(blank())
                if plain.issuperset(_lines_of(text, hit.start, hit.end)):
                    continue
                leak = Leak(matcher.blotted(name), matcher.blotted(where), hit.owner)
                found.setdefault((leak.file, leak.where, leak.owner), leak)
    return list(found.values())


def _lines(documents: Mapping[str, bytes]) -> set[str]:
    return {
        line
        for name, data in documents.items()
        for _where, text in _everything(name, data)
        for line in text.split("\n")
    }


def _lines_of(text: str, start: int, end: int) -> list[str]:
    """The lines that a find stands on: the figures of two fonts may look like one phone."""
    stop = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : stop if stop >= 0 else len(text)].split("\n")


def named(
    mapping: ActorMapping | None,
    hidden: Iterable[str],
    text: str,
    where: str,
    spared: Iterable[str] = (),
    exceptions: Iterable[str] = (),
) -> list[str]:
    """Organisations that asked not to be named and stand in a text, as sentences.

    `hidden` are their ids. The names of all others, and what is `spared` (the list of who is present), may
    hold the same words.
    """
    hidden = set(hidden)
    if not hidden or mapping is None:
        return []
    others = [actor.name for actor in mapping.actors if actor.id not in hidden]
    text = spelt(text)
    whole = "|".join(map(re.escape, sorted({*spared, *others} - {""}, key=len, reverse=True)))
    text = re.sub(rf"(?<!\w)(?:{whole})(?!\w)", "", text) if whole else text
    owners = {hit.owner for hit in organisation_matcher(mapping, hidden, exceptions).search(text)}
    message = _("An organisation that asked not to be named ({owner}) stands in {where}.")
    return [message.format(owner=owner, where=where) for owner in sorted(owners)]


def signs(text: str, allowed: frozenset[str], where: str) -> list[str]:
    """Numbers and addresses in a text about to leave that no line excepts, as sentences."""
    text = spelt(text)
    found = {
        hit.kind for read in (text, _LINE_END.sub(" ", text)) for hit in patterns.unexcepted(read, allowed)
    }
    message = _(
        "{where}: {kind}. Take it out of the notes or the template, or except it in notes/exceptions.yaml."
    )
    return [message.format(where=where, kind=_(patterns.KINDS[kind])) for kind in sorted(found)]


def _everything(name: str, data: bytes) -> Iterable[tuple[str, str]]:
    yield _("the file's name"), PurePosixPath(name).stem.replace("_", " ").replace("-", " ")
    for where, text in texts(data, PurePosixPath(name).suffix.lower()):
        yield where, spelt(text)


def spelt(text: str) -> str:
    """A text with the characters that no font has, and that documents show as [U+FF26]."""
    return _UNSHOWN.sub(lambda match: chr(int(match[1], 16)), text) if "[U+" in text else text
