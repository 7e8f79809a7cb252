"""What changed between two versions of the guide, as one reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from consultkit.i18n import _
from consultkit.model import Guide, GuideSection, Question
from consultkit.rules.answers import out_of_order
from consultkit.text import fold

Item = GuideSection | Question


def items(guide: Guide) -> dict[str, Item]:
    """Sections and questions by id, in the guide's order."""
    found: list[Item] = []
    for section in guide.sections:
        found += [section, *section.questions]
    return {item.id: item for item in found}


@dataclass(frozen=True)
class Comparison:
    """Two versions of a guide; `between` are the others at hand, for ids that were renamed twice."""

    old: Guide
    new: Guide
    between: tuple[Guide, ...] = ()

    @cached_property
    def _renamed(self) -> dict[str, str]:
        """Old id -> the id that took its place; what the present version says goes first."""
        found: dict[str, str] = {}
        for guide in (self.new, *self.between):
            for item in items(guide).values():
                was = item.heading.attributes.get("was")
                if was:
                    found.setdefault(was, item.id)
        return found

    @cached_property
    def before(self) -> dict[str, Item]:
        """The old version's items, by the id they had."""
        return items(self.old)

    @cached_property
    def news(self) -> dict[str, Item]:
        """The new version's items."""
        return items(self.new)

    @cached_property
    def olds(self) -> dict[str, Item]:
        """The old version's items, by the id they have now."""
        kept = {id_: item for id_, item in self.before.items() if id_ == self.present(id_)}
        return {self.present(id_): item for id_, item in reversed(self.before.items())} | kept

    def present(self, id_: str) -> str:
        """The id that an id of an earlier version has now; itself where nothing took its place."""
        now, seen = id_, {id_}
        while now not in self.news and now in self._renamed and self._renamed[now] not in seen:
            now = self._renamed[now]
            seen.add(now)
        return now if now in self.news else id_

    @cached_property
    def removed(self) -> dict[str, Item]:
        """What the new version has no more, by its old id."""
        return {id_: item for id_, item in self.before.items() if self.present(id_) not in self.news}

    @cached_property
    def added(self) -> dict[str, Item]:
        """What the old version had not."""
        return {id_: item for id_, item in self.news.items() if id_ not in self.olds}

    @cached_property
    def moved(self) -> dict[str, Item]:
        """Items that stand under another section or in another order: the fewest that explain it."""
        places = {id_: index for index, id_ in enumerate(self.olds_in_order)}
        found: dict[str, Item] = {}
        groups: list[list[str]] = [[s.id for s in self.new.sections if s.id in places]]
        for section in self.new.sections:
            stayed = []
            for id_ in (question.id for question in section.questions):
                old = self.olds.get(id_)
                if isinstance(old, Question) and self.present(old.section) == section.id:
                    stayed.append(id_)
                elif old is not None:
                    found[id_] = old
            groups.append(stayed)
        for group in groups:
            headings = [self.news[id_].heading for id_ in group]
            for heading in out_of_order(headings, [places[id_] for id_ in group]):
                found[heading.id] = self.olds[heading.id]
        return found

    @cached_property
    def olds_in_order(self) -> list[str]:
        """The present ids of the old version's items, in its order."""
        return list(dict.fromkeys(map(self.present, self.before)))

    @property
    def related(self) -> bool:
        """Whether the two have an id in common at all: else one is no version of the other."""
        return bool(self.olds.keys() & self.news.keys())


def described(comparison: Comparison) -> list[str]:
    """The changes as lines of text: under each section of the new version, then what was removed."""
    lines: list[str] = []
    for section in comparison.new.sections:
        group: list[Item] = [section, *section.questions]
        inside = [line for item in group for line in _changes(comparison, item)]
        if inside:
            lines += [f"{section.title} {{#{section.id}}}", *(f"  {line}" for line in inside)]
    gone = [f"  − {_named(item)}" for item in comparison.removed.values()]
    return [*lines, *([_("Removed")] if gone else []), *gone]


def _changes(comparison: Comparison, item: Item) -> Iterator[str]:
    old = comparison.olds.get(item.id)
    if old is None:
        text = _("+ section: {text}") if isinstance(item, GuideSection) else "+ {text}"
        yield text.format(text=_named(item))
        yield from (f"    + {line}" for line in _details(item))
        return
    told = list(_what_changed(comparison, item, old))
    if told:
        yield f"~ {_named(item)}"
        yield from (f"    {line}" for line in told)


def _what_changed(comparison: Comparison, item: Item, old: Item) -> Iterator[str]:
    if old.heading.text != item.heading.text:
        yield _("reworded; it was: {text}").format(text=old.heading.text)
    if old.id != item.id:
        yield _("id; it was: {id}").format(id=old.id)
    if item.id in comparison.moved:
        yield _moved(comparison, item, old)
    before, after = _marks(old), _marks(item)
    yield from (_("no longer: {text}").format(text=mark) for mark in before if mark not in after)
    yield from (_("now: {text}").format(text=mark) for mark in after if mark not in before)
    was, now = _details(old), _details(item)
    yield from (f"− {line}" for line in was if line not in now)
    yield from (f"+ {line}" for line in now if line not in was)


def _moved(comparison: Comparison, item: Item, old: Item) -> str:
    if isinstance(old, Question) and isinstance(item, Question):
        section = comparison.old.section_by_id.get(old.section)
        if section is not None and comparison.present(section.id) != item.section:
            return _("moved; it stood under “{section}”").format(section=section.title)
    return _("moved within the guide")


def _named(item: Item) -> str:
    return f"{item.heading.text} {{#{item.id}}}"


def _marks(item: Item) -> list[str]:
    """What the braces say besides id and former id, as written: .required, types="ong"."""
    attributes = item.heading.attributes
    values = [f'{key}="{value}"' for key, value in attributes.values if key != "was"]
    return [*(f".{name}" for name in attributes.classes), *values]


def _details(item: Item) -> list[str]:
    """A question's probes and advice, each on a line."""
    if isinstance(item, GuideSection):
        return []
    advice = (" ".join(text.split()) for text in item.advice)
    return [*item.probes, *(_("Advice: {text}").format(text=text) for text in advice)]


def version_key(version: str) -> list[tuple[int, str]]:
    """For ordering versions: 1.9 before 1.10."""
    pieces = fold(version).replace("-", ".").split(".")
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]


def newest(versions: Iterable[str]) -> str:
    """The highest of some versions; nothing where there is none."""
    return max(versions, key=version_key, default="")
