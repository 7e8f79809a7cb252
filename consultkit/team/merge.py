"""mapping.yaml merged by what it says: entry by entry, key by key; comments, order and layout stay."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consultkit.exchange.yaml_edit import dump
from consultkit.files import MAPPING
from consultkit.i18n import _
from consultkit.team.units import (
    Entry,
    Layout,
    Path,
    Section,
    Units,
    edited,
    indent_of,
    keys_of,
    parse,
    value_of,
)

_CLOSED = {"status", "reason_code", "appointment", "priority", "kind", "type", "review", "minimum", "code"}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One key of one entry that both sides changed; a side is None where it took the key (or all of it) out.

    `section` and `entry` say which (`actors`, `tamat`); `key` is empty for the whole entry; `line` is ours'.
    """

    section: str
    entry: str
    key: str
    ours: str | None
    theirs: str | None
    line: int

    def __str__(self) -> str:
        who = " ".join(word for word in (self.section, self.entry) if word)
        if not self.key:
            changed = (
                _("changed here, removed there") if self.theirs is None else _("removed here, changed there")
            )
            return f"{MAPPING}:{self.line} {who}: {changed}"
        if self.key.split(".")[0] not in _CLOSED:  # a text may name somebody
            return f"{MAPPING}:{self.line} {who}: {self.key}: {_('changed here and there')}"
        sides = _("here {ours}, there {theirs}").format(
            ours=_("nothing") if self.ours is None else self.ours or "“”",
            theirs=_("nothing") if self.theirs is None else self.theirs or "“”",
        )
        return f"{MAPPING}:{self.line} {who}: {self.key}: {sides}"


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text (with conflict markers around the entries that have one), and what happened."""

    text: str
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What an entry is to say (None: nothing any more), and in a conflict what theirs says instead."""

    units: Units | None
    theirs: Units | None = None
    conflict: bool = False


Clash = tuple[str, str | None, str | None]  # a key, and what ours and theirs say of it


def merge(base: str, ours: str, theirs: str) -> Merged:
    """Ours with what theirs changed since base (empty: with no common base, nothing counts as removed)."""
    old, mine, other = layouts = [parse(text) for text in (base, ours, theirs)]
    whole = {section.name for layout in layouts for section in layout.sections if section.whole}
    conflicts: list[Conflict] = []
    targets: dict[str, dict[str, Target]] = {}
    for name in dict.fromkeys(section.name for layout in (mine, other) for section in layout.sections):
        if name in whole:
            _merge_whole(name, old, mine, other, conflicts)
        else:
            targets[name] = _merge_section(name, old, mine, other, conflicts)
    text = compose(mine, other, targets)
    known = {line.strip() for line in (base + "\n" + text).splitlines()}
    lost = [line for line in _loose(other, whole) if line.strip() not in known]
    return Merged(text + "".join(lost), tuple(conflicts))


def _loose(layout: Layout, whole: set[str]) -> list[str]:
    """The comments of a text that belong to no entry."""
    sections = [section for section in layout.sections if section.name not in whole]
    pieces = [layout.preamble, *(section.head for section in sections)]
    pieces += [entry.after for section in sections for entry in section.entries]
    return [f"{line}\n" for piece in pieces for line in piece.splitlines() if line.lstrip().startswith("#")]


def _merge_whole(name: str, old: Layout, mine: Layout, other: Layout, conflicts: list[Conflict]) -> None:
    """A section taken from the side that changed it; where both did, both stand between markers."""
    ours, theirs = mine.section(name), other.section(name)
    before, here, there = (section.text.strip() for section in (old.section(name), ours, theirs))
    if there in ("", here, before):
        return
    if not here:
        mine.sections.append(theirs)
        return
    text = theirs.text
    if here != before:
        line = mine.text[: mine.text.index(ours.text)].count("\n") + 1
        conflicts.append(Conflict(name, "", "…", "…", "…", line))
        text = _marked(ours.text, text)
    ours.head, ours.entries = text, []


def _merge_section(
    name: str, old: Layout, mine: Layout, other: Layout, conflicts: list[Conflict]
) -> dict[str, Target]:
    """What becomes of the entries that do not stay as they are in ours."""
    before, ours, theirs = (layout.section(name).by_id for layout in (old, mine, other))
    targets = {}
    end = mine.text.count("\n") or 1
    for id_ in dict.fromkeys([*ours, *theirs]):
        base, here, there = (side[id_].units if id_ in side else None for side in (before, ours, theirs))
        if there not in (here, base):
            targets[id_], clashes = _merge_entry(base, here, there)
            line = ours[id_].line if id_ in ours else end
            conflicts += [Conflict(name, id_, *clash, line) for clash in clashes]
    return targets


def _merge_entry(base: Units | None, ours: Units | None, theirs: Units | None) -> tuple[Target, list[Clash]]:
    """What becomes of an entry that theirs changed."""
    if ours == base:
        return Target(theirs), []
    if ours is None or theirs is None:
        clash = ("", None if ours is None else "", None if theirs is None else "")
        return Target(ours, theirs, True), [clash]
    merged, instead, found = merge_units(base or {}, ours, theirs)
    return Target(merged, instead if found else None, bool(found)), found


def merge_units(base: Units, ours: Units, theirs: Units) -> tuple[Units, Units, list[Clash]]:
    """Units merged three ways: with ours where both changed one, with theirs instead, and those conflicts.

    A key that the two write in different ways (a text here, a list there) is one thing.
    """
    merged, instead = dict(ours), dict(ours)
    clashes: list[Clash] = []
    unlike = [key for key in keys_of([*ours, *theirs]) if _shape(ours, key) != _shape(theirs, key)]
    things = [[path] for path in {**ours, **theirs} if path[0] not in unlike]
    things += [[path for path in {**base, **ours, **theirs} if path[0] == key] for key in unlike]
    for paths in things:
        a, b, c = ({path: side[path] for path in paths if path in side} for side in (base, ours, theirs))
        if c in (a, b):
            continue
        _put(instead, paths, c)
        if a == b:
            _put(merged, paths, c)
        else:
            clashes.append(_clash(paths[0], b, c, paths[0][0] in unlike))
    return merged, instead, clashes


def _clash(path: Path, ours: Units, theirs: Units, unlike: bool) -> Clash:
    name = path[0] if unlike or len(path) == 1 else f"{path[0]}.{path[2]}"
    one, other = (
        None if not side else dump(value_of(side, path[0]) or "") if unlike else side[path]
        for side in (ours, theirs)
    )
    return name, one, other


def _shape(units: Units, key: str) -> str:
    """How a key's value is written: as a text, a list or a map; an absent key is like a text."""
    return next((path[1] for path in units if path[0] == key and len(path) > 1), "")


def _put(units: Units, paths: Iterable[Path], values: Units) -> None:
    units |= values
    for path in paths:
        if path not in values:
            units.pop(path, None)


def compose(mine: Layout, other: Layout, targets: Mapping[str, Mapping[str, Target]]) -> str:
    """Ours made to say the targets; what is new comes with theirs' own lines, where theirs has it.

    MergeError where an entry's lines would not say it: better nothing than something else.
    """
    for name, wanted in targets.items():
        ours, theirs = mine.section(name), other.section(name)
        kept = any(target.units is not None for target in wanted.values())
        if not ours.text and theirs.text and kept:
            ours.head = f"{name}:\n"
            mine.sections.append(ours)
        if ours.text:
            _compose_section(ours, theirs, wanted)
    return mine.text


def _compose_section(ours: Section, theirs: Section, targets: Mapping[str, Target]) -> None:
    before = bool(ours.entries)
    if not before and any(target.units is not None for target in targets.values()):
        head = ours.head.rstrip("\n") + "\n"
        ours.head = re.sub(r"^([^:\n]*:)[ \t]*(?:\[\s*\]|~|null)?", r"\1", head, count=1)
    width = _dash(ours.entries[0].text) if before and ours.entries[0].id else None
    for number, entry in enumerate(ours.entries):
        if entry.id in targets:
            _change(entry, targets[entry.id], ours, number)
    _add_new(ours, theirs, targets, width)
    if before and not any(entry.text for entry in ours.entries):
        ours.head = re.sub(r"^([^:\n]*:)", r"\1 []", ours.head, count=1)


def _change(entry: Entry, target: Target, section: Section, number: int) -> None:
    """Makes one entry of ours say its target; of one that goes, comments behind it stay."""
    texts = [
        "" if units is None else edited(entry.text, units, in_list=bool(entry.id))
        for units in (target.units, target.theirs if target.conflict else None)
    ]
    entry.text = _marked(*texts) if target.conflict else texts[0]
    if not entry.text:
        loose = entry.after if "#" in entry.after else ""
        if number:
            section.entries[number - 1].after += loose
        else:
            section.head += loose
        entry.after = ""


def _add_new(ours: Section, theirs: Section, targets: Mapping[str, Target], width: int | None) -> None:
    """Puts the entries that ours lacks where theirs has them, with theirs' own lines."""
    there = {entry.id for entry in theirs.entries}
    have = ours.by_id
    previous = ""
    for entry in theirs.entries:
        target = targets.get(entry.id)
        units = (target.units or target.theirs) if target is not None else None
        if entry.id not in have and target is not None and units:
            text = _indented(edited(entry.text, units, in_list=bool(entry.id)), width)
            text = _marked("", text) if target.conflict else text
            _insert(ours, previous, there, Entry(entry.id, text, "", {}, 0))
        if entry.id in have or units:
            previous = entry.id


def _insert(section: Section, previous: str, there: set[str], entry: Entry) -> None:
    """Puts an entry behind the one it follows in theirs, and behind what ours added at that place."""
    ids = [found.id for found in section.entries]
    at = ids.index(previous) + 1 if previous in ids else 0
    while at < len(ids) and ids[at] not in there:
        at += 1
    if at:
        before = section.entries[at - 1]
        apart = at > 1 and section.entries[at - 2].after.startswith("\n")
        blank = re.match(r"(?:[ \t]*\n)*", before.after)
        entry.after = before.after
        before.after = (blank[0] if blank else "") if at < len(ids) else "\n" * apart
    section.entries.insert(at, entry)


def _dash(text: str) -> int:
    return next(indent_of(line) for line in text.splitlines() if line.lstrip().startswith("-"))


def _indented(text: str, width: int | None) -> str:
    """An entry's lines with their dash in the column that ours' have."""
    if width is None or "-" not in text or (shift := width - _dash(text)) == 0:
        return text
    if shift > 0:
        return textwrap.indent(text, " " * shift)
    return "".join(line[min(-shift, indent_of(line)) :] for line in text.splitlines(keepends=True))


def _marked(ours: str, theirs: str) -> str:
    return f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n"
