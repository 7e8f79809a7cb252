"""Lists of actors as people keep them: the sheets and rows that hold actors, cells by what they tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from consultkit.exchange.spreadsheet import Sheet, clean
from consultkit.exchange.vocabulary import HEADINGS, heading_key, simplify
from consultkit.files import WorkspaceError
from consultkit.i18n import _
from consultkit.text import listing

HEADING_ROWS = 25
At = tuple[Sheet, int, int]  # a cell: its sheet, row and column
Cell = tuple[str, At]
_ACRONYM = re.compile(r"\s*\(([A-ZÀ-Þ][\w&/-]{1,11})\)$")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its cells by key, the first text for each, the name and acronym given, and where it begins."""

    sheet: Sheet
    cells: dict[str, list[Cell]]
    first: dict[str, str]
    named: tuple[str, str]
    start: At


@dataclass(frozen=True, slots=True)
class ActorList:
    """A sheet of actors: the row of its headings, the first of its data, the key of each column."""

    sheet: Sheet
    headings: int
    start: int
    keys: dict[int, str]

    def unknown(self) -> Iterator[Cell]:
        """The headings that stand for nothing here."""
        for column, value in enumerate(self.sheet.rows[self.headings]):
            text = clean(value)
            if text and column not in self.keys and not text.startswith("#"):
                yield text, (self.sheet, self.headings, column)

    def rows(self) -> Iterator[Row]:
        """The rows that say something."""
        for number in range(self.start, len(self.sheet.rows)):
            row = self.sheet.rows[number]
            cells: dict[str, list[Cell]] = {}
            first: dict[str, str] = {}
            for column, key in self.keys.items():
                if column < len(row):
                    text = clean(row[column])
                    cells.setdefault(key, []).append((text, (self.sheet, number, column)))
                    if text:
                        first.setdefault(key, text)
            if first:
                named = _named(first.get("name", ""), first.get("acronym", ""))
                yield Row(self.sheet, cells, first, named, (self.sheet, number, min(self.keys)))


def lists_of_actors(sheets: Sequence[Sheet], maps: Mapping[str, str]) -> list[ActorList]:
    """The sheets that hold actors; `maps` gives headings' keys. Raises WorkspaceError where none does."""
    if {"survey", "choices"} <= {sheet.name for sheet in sheets}:
        raise WorkspaceError(_("This is a form for phones, no list of actors."))
    found = [one for sheet in sheets if (one := _list_on(sheet, maps))]
    if not found:
        names = listing(f"“{sheet.name}”" for sheet in sheets)
        message = _("No sheet has a row of headings with the actors' names (sheets: {names}).")
        help = _('Name the columns: --map "Heading=name" --map "Heading=regions" ({keys}).')
        raise WorkspaceError(message.format(names=names) + " " + help.format(keys=listing(HEADINGS, 20)))
    most = max(len(one.keys) for one in found)
    return [one for one in found if len(one.keys) * 2 >= most]  # a sheet of lists is none of actors


def _list_on(sheet: Sheet, maps: Mapping[str, str]) -> ActorList | None:
    score, last, keys = 1, -1, dict[int, str]()
    tags: dict[int, str] = {}
    after = 0
    for number, row in enumerate(sheet.rows[:HEADING_ROWS]):
        texts = [clean(value) for value in row]
        if sum(bool(re.match(r"#[a-z]", text)) for text in texts) >= 2:
            tags = {i: heading_key(text) for i, text in enumerate(texts) if text.startswith("#")}
            after = number + 1
            continue
        found = {i: key for i, text in enumerate(texts) if text and (key := _key(text, maps))}
        distinct = set(found.values())
        if {"name", "acronym", "id", "weak"} & distinct and len(distinct) > score:
            score, last, keys = len(distinct), number, found
    keys = _persons_apart({i: key for i, key in {**keys, **tags}.items() if key})
    if not {"name", "acronym", "id"} & set(keys.values()):
        return None
    return ActorList(sheet, last if last >= 0 else after - 1, max(after, last + 1), keys)


def _key(text: str, maps: Mapping[str, str]) -> str:
    given = maps.get(simplify(text))
    if given is None:
        return heading_key(text)
    return given if given in (*HEADINGS, "person") else heading_key(given)


def _persons_apart(keys: dict[int, str]) -> dict[int, str]:
    """“Nom” beside a column of organisations, or beside “Prénom”, is a person's."""
    person = "name" in keys.values() or {"person", "acronym"} <= set(keys.values())
    return {i: ("person" if person else "name") if key == "weak" else key for i, key in keys.items()}


@cache
def _named(name: str, acronym: str) -> tuple[str, str]:
    """The name and the acronym that a row gives: “Union de la paix (UP)” gives both."""
    name = " ".join(name.split()) or acronym
    match = None if acronym else _ACRONYM.search(name)
    return (name[: match.start()], match[1]) if match and match.start() else (name, acronym)
