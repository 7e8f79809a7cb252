"""The mapping as a table, and back: rows of anybody's list become changes of actors; persons go to private/.

A cell that says what the mapping says already is left alone, so that an export read again changes nothing.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from consultkit.exchange.lists import At, Cell, Row, lists_of_actors
from consultkit.exchange.people import persons_in
from consultkit.exchange.spreadsheet import Sheet, clean
from consultkit.exchange.table import (
    LISTS,
    ORDER,
    PER_REGION,
    Change,
    Values,
    changes,
    plain,
    same,
    same_value,
    shown,
    values_of,
)
from consultkit.exchange.vocabulary import CHOICES, HEADINGS, Understood, Vocabulary, day, simplify
from consultkit.exchange.yaml_edit import Document, Edit, apply
from consultkit.files import MAPPING, Source, WorkspaceError
from consultkit.i18n import _
from consultkit.model import Actor, ActorMapping
from consultkit.parse.mapping import parse_mapping
from consultkit.privacy import patterns
from consultkit.schema.types import ID
from consultkit.text import fold, within_one_edit

AGREED = ("type", "kind", "acronym")  # of an actor that another's list names, ours holds
ROWS_READ_AGAIN = 5_000
PARTICLES = frozenset(("de", "du", "des", "la", "le", "les", "l", "d", "et", "pour", "of", "the", "and"))
_ERROR = re.compile(r"#(REF|N/A|VALUE|NAME|DIV/0|NULL|NUM|NOM|VALEUR)[!?]?")


@dataclass(frozen=True, slots=True)
class Told:
    """Something to tell about a cell; an error where what it says did not go in."""

    message: str
    place: str
    error: bool = True


@dataclass
class Group:
    """The rows of one actor, put together; where they differ, the first that says something counts."""

    place: At
    name: str
    actor: Actor | None = None
    id: str = ""  # of a new actor, where the list has one
    lists: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    single: dict[str, str] = field(default_factory=dict)
    per_region: dict[str, list[tuple[tuple[str, ...], dict[str, str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )  # for each row, its regions and what it says
    stated: set[str] = field(default_factory=set)  # by a row with our id: then what is empty is meant so
    emptied: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)  # something was not understood
    fresh: set[str] = field(default_factory=set)  # says other than the mapping
    persons: list[dict[str, str]] = field(default_factory=list)


class Import:
    """Sheets read against a mapping: each actor's `final` values, `persons`, `told`, `changes`."""

    def __init__(self, mapping: ActorMapping, sheets: Sequence[Sheet], maps: Mapping[str, str]) -> None:
        self.mapping = mapping
        self.maps = {simplify(left) or left: right for left, right in maps.items()}
        self.words = Vocabulary(mapping, self.maps)
        self.told: list[Told] = []
        self.before = {actor.id: values_of(actor) for actor in mapping.actors}
        self.final: dict[str, Values] = {id_: dict(values) for id_, values in self.before.items()}
        self._shown = cache(lambda id_, key: clean(shown(mapping, self.before[id_], key)))
        self._groups: dict[tuple[str, str], Group] = {}
        listed = mapping.data.node.get("actors")
        ids = (node.get("id") for node in (listed.items if listed else ()))
        self._taken = {node.text.casefold() for node in ids if node}
        lists = lists_of_actors(sheets, self.maps)
        rows = [row for one in lists for row in one.rows()]
        self._known = _Known(mapping, (simplify(row.named[0]) for row in rows))
        message = _('The column “{name}” is not known: left out (--map "{name}=comment" would read it).')
        for name, at in (unknown for one in lists for unknown in one.unknown()):
            self._tell(message.format(name=name[:60]), at, False)
        for row in rows:
            self._read_row(row)
        groups = list({id(group): group for group in self._groups.values()}.values())
        owners = [self._settle(group) for group in groups]
        self.persons = [{"actor": owner, **person} for owner, group in zip(owners, groups, strict=True)
                        if owner for person in group.persons]  # fmt: skip
        if not any("review" in one.keys.values() for one in lists):
            for id_, old in self.before.items():
                if not same(self.final[id_], old):
                    self.final[id_]["review"] = "updated"
        self.changes = list(self.differences())

    # rows

    def _read_row(self, row: Row) -> None:
        group = self._group(row)
        if group is None:
            return self._tell(_("This row names no actor: left out."), row.start)
        if "regions" in row.first:
            here = tuple(self.words.read("regions", row.first["regions"]).values)
        else:
            here = self._regions_of(row)
            group.lists["regions"].update(dict.fromkeys(here))
        ours = row.first.get("id", "") == (group.actor.id if group.actor else group.id) != ""
        for key, cells in self._cells(row, group).items():
            if key == "person":
                group.persons += persons_in(text for text, _cell in cells if text)
            elif key in HEADINGS and key != "id" and (key != "name" or (group.actor and ours)):
                self._read_key(group, key, self._resolved(cells), here, ours)
        return None

    def _cells(self, row: Row, group: Group) -> dict[str, list[Cell]]:
        """A row's cells by key; an acronym behind the name stands in its own, unless our name has it so."""
        name, acronym = row.first.get("name", ""), row.named[1]
        if not acronym or "acronym" in row.first or not name:
            return row.cells
        if group.actor and self._shown(group.actor.id, "name") == name:
            return row.cells
        return {**row.cells, "name": [(row.named[0], row.start)], "acronym": [(acronym, row.start)]}

    def _regions_of(self, row: Row) -> tuple[str, ...]:
        """Where a row counts that has no cell for regions: where its sheet says, else in the only one."""
        if "regions" in row.cells:
            return ()
        told = self.words.read("regions", row.sheet.name)
        if told.values and not told.problems:
            return tuple(told.values)
        return tuple(self.mapping.region_by_id) if len(self.mapping.regions) == 1 else ()

    def _resolved(self, cells: list[Cell]) -> list[Cell]:
        """The cells without Excel's error values; a formula never computed is told."""
        for text, at in cells:
            if not text and at[0].unresolved and at[0].cell(*at[1:]).rpartition("!")[2] in at[0].unresolved:
                help = _("This formula has no stored result: open the file in a spreadsheet and save it.")
                self._tell(help, at)
            elif text[:1] == "#" and _ERROR.fullmatch(text):
                self._tell(_("“{value}” is not understood.").format(value=text), at)
                cells = [cell for cell in cells if cell[1] != at]
        return cells

    def _group(self, row: Row) -> Group | None:
        """The group of the actor that a row names by our id, else by name; nothing where it names nobody."""
        name, id_ = row.named[0], row.first.get("id", "")
        by_id, by_name = ("id", id_), ("name", simplify(name))
        actor = self.mapping.actor_by_id.get(id_)
        if actor is None and not any(char.isalnum() for char in name):
            return self._groups.get(by_id)  # no letter, no digit: nothing that could name anybody
        group = self._groups.get(by_id) or (None if actor else self._groups.get(by_name))
        if group is None:
            actor = actor or self._found(row)
            new = Group(row.start, name, actor)
            group = self._groups.setdefault(("id", actor.id), new) if actor else new
        self._groups.setdefault(by_name, group)
        if ID.match(id_) and id_.casefold() not in self._taken:
            self._groups.setdefault(by_id, group)
            if not group.id:
                group.id, group.name = id_, group.name if group.actor else name
        return group

    def _found(self, row: Row) -> Actor | None:
        """The actor of the mapping that another's row names; told where that is not by its own name."""
        name, acronym = map(simplify, row.named)
        bare = simplify(re.sub(r"\s*\([^()]*\)$", "", row.named[0]))
        actor = self._known.find(name, acronym) or self._known.names.get(bare)
        if actor and name not in (simplify(actor.name), simplify(actor.acronym)):
            message = _("“{value}” is taken as “{name}” of the mapping.")
            self._tell(message.format(value=row.named[0][:60], name=actor.name), row.start, False)
        return actor

    def _read_key(self, group: Group, key: str, cells: list[Cell], here: tuple[str, ...], ours: bool) -> None:
        if ours and cells:
            group.stated.add(key)
        if group.actor and cells and self._shown(group.actor.id, key) == cells[0][0]:
            return self._as_before(group, group.actor, key, here)
        group.fresh.add(key)
        filled = [(text, place) for text, place in cells if text]
        if key in LISTS:
            self._read_list(group, key, filled)
        elif key in PER_REGION:
            told = len(self.told)
            if filled or (ours and cells):
                group.per_region[key].append((here, self._by_region(key, *filled[0]) if filled else {"": ""}))
            if len(self.told) > told:
                group.partial.add(key)
        elif ours and cells and not filled:
            group.emptied.add(key)
        elif filled and filled[0][0] != group.single.get(key):
            self._read_single(group, key, *filled[0])
        return None

    def _as_before(self, group: Group, actor: Actor, key: str, here: tuple[str, ...]) -> None:
        value = self.before[actor.id].get(key)
        if key in LISTS:
            group.lists[key].update(dict.fromkeys(value or ()))
        elif key in PER_REGION:
            group.per_region[key].append((here, dict(value or {"": ""})))
        elif value:
            group.single.setdefault(key, value)

    def _read_list(self, group: Group, key: str, filled: list[Cell]) -> None:
        read = [(self.words.read(key, text), place) for text, place in filled]
        understood = any(found.values for found, _place in read)
        for found, place in read:
            group.lists[key].update(dict.fromkeys(found.values))
            group.lists["cercles"].update(dict.fromkeys(found.cercles))
            self._tell_all(found, place, quiet=understood and not found.values)
            if found.problems or found.warnings:
                group.partial.add(key)

    def _read_single(self, group: Group, key: str, text: str, place: At) -> None:
        value = self._single(key, text, place)
        if value and group.single.setdefault(key, value) != value:
            message = _("The rows of one actor differ ({one} / {other}): the first counts.")
            one, other = (shown(self.mapping, {key: v}, key)[:40] for v in (group.single[key], value))
            self._tell(message.format(one=one, other=other), place, False)

    def _single(self, key: str, text: str, place: At) -> str:
        """The value of a cell; nothing, and told, where it is not understood or has no place here."""
        if key == "type" or key in CHOICES:
            found = self.words.read(key, text)
            self._tell_all(found, place)
            return found.values[0] if found.values else ""
        if key == "appointment":
            date = day(text)
            if date:
                return date.isoformat()
            message = _("“{value}” is no date, or no such day exists.").format(value=text[:40])
        elif key == "replaced_by" and text not in self.mapping.actor_by_id:
            message = _("“{value}” is no actor's id.").format(value=text[:40])
        elif patterns.search(text):
            message = _("This text holds a phone number or an address: it has no place in the mapping.")
        else:
            return " ".join(text.split()) if key == "name" else text
        self._tell(message, place)
        return ""

    def _by_region(self, key: str, text: str, place: At) -> dict[str, str]:
        """“Gao : planifié ; Mopti : refusé” by region, or one value for all of the row's regions."""
        names = {fold(name): r.id for r in self.mapping.regions for name in (r.name, r.id)}
        written = {*names, *(region.name for region in self.mapping.regions)}
        pattern = "|".join(re.escape(name) for name in sorted(written, key=len, reverse=True))
        marks = list(re.finditer(rf"(?:^|[\n;,])\s*({pattern})\s*[:=]\s*", text, re.IGNORECASE))
        if not marks or marks[0].start():
            value = self._single(key, text, place)
            return {"": value} if value else {}
        ends = [*(mark.start() for mark in marks[1:]), len(text)]
        read = {names[fold(m[1])]: self._single(key, text[m.end() : end].strip(" ;,\n"), place)
                for m, end in zip(marks, ends, strict=True)}  # fmt: skip
        return {region: value for region, value in read.items() if value}

    def _tell(self, message: str, place: At, error: bool = True) -> None:
        self.told.append(Told(message, place[0].cell(*place[1:]), error))

    def _tell_all(self, found: Understood, place: At, quiet: bool = False) -> None:
        for message in found.warnings:
            self._tell(message, place, False)
        for message in found.problems if not quiet else ():
            self._tell(message, place)

    # actors

    def _settle(self, group: Group) -> str:
        """Writes a group into `final`; the id of its actor, or nothing where it could not go in."""
        if group.actor is None:
            return self._add(group)
        values, ours = self.final[group.actor.id], bool(group.stated)
        for key in LISTS:
            exact = key in group.stated - group.partial
            new = tuple(dict.fromkeys((*(() if exact else values.get(key, ())), *group.lists[key])))
            if new:
                values[key] = new
            elif exact and key != "regions":
                values.pop(key, None)
        for key, value in group.single.items():
            if not ours and key in AGREED and values.get(key, value) != value:
                message = _("The mapping says “{ours}”, the file “{theirs}”: ours is kept.")
                two = [shown(self.mapping, {key: v}, key) for v in (values[key], value)]
                self._tell(message.format(ours=two[0], theirs=two[1]), group.place, False)
            else:
                values[key] = value
        for key in group.emptied - group.single.keys() - {"name", "type", "review"}:
            values.pop(key, None)
        self._settle_regions(group, values)
        return group.actor.id

    def _settle_regions(self, group: Group, values: Values) -> None:
        """Values per region; those of regions that an actor no longer has go."""
        regions: tuple[str, ...] = values.get("regions", ())
        for key, rows in group.per_region.items():
            given = [(here or regions, region, value) for here, row in rows for region, value in row.items()]
            if not given or (group.actor and key not in group.fresh):
                continue
            named = {region for _here, region, _value in given}
            every = {value for _here, region, value in given if not region}
            everywhere = set(regions) <= {region for here, _region, _value in given for region in here}
            old = values.get(key, {})
            if len(every) == 1 and named == {""} and everywhere:
                new = {"": every.pop()} if not set(old) - {""} else dict.fromkeys(regions, every.pop())
            else:
                new = dict.fromkeys(regions, old[""]) if "" in old else dict(old)
                for here, region, value in given:
                    new |= {region: value} if region else dict.fromkeys(here, value)
                if key in group.stated - group.partial and "" not in named:
                    new = {r: v for r, v in new.items() if r in named or r not in old}
            values[key] = {r: v for r, v in new.items() if v and (not r or r in regions)}
        for key in PER_REGION:
            if key in values and not same_value("regions", values, self.before.get(values.get("id", ""), {})):
                values[key] = {r: v for r, v in values[key].items() if not r or r in regions}
            if not values.get(key, True):
                del values[key]

    def _add(self, group: Group) -> str:
        values: Values = {"name": group.name, **group.single}
        values |= {key: tuple(group.lists[key]) for key in LISTS if group.lists[key]}
        if problem := self._cannot_add(group, values):
            self._tell(problem, group.place)
        if problem or not values.get("regions"):
            return ""
        self._settle_regions(group, values)
        values.setdefault("review", "new")
        id_ = group.id or self._free_id(values.get("acronym") or values["name"])
        self.final[id_] = {"id": id_, **values}
        return id_

    def _cannot_add(self, group: Group, values: Values) -> str:
        if values.get("kind") == "person":
            return _("A person is named in private/ alone: add this one to mapping.yaml by function.")
        if patterns.search(group.name):
            return _("This name holds a phone number or an address: it has no place in the mapping.")
        if not values.get("regions"):
            told = "regions" in group.partial  # with the cell
            return "" if told else _("“{name}” has no region: left out.").format(name=group.name[:60])
        if not values.get("type"):
            return _("“{name}” has no type that is known: left out.").format(name=group.name[:60])
        return ""

    def _free_id(self, text: str) -> str:
        words = [w for w in re.findall(r"[a-z0-9]+", fold(text)) if w not in PARTICLES]
        stem = "-".join(words[:4])[:40].strip("-")
        stem = stem if ID.match(stem) else f"acteur-{stem}".strip("-")
        given = (group.id for group in self._groups.values())
        taken = self._taken | {id_.casefold() for id_ in (*self.final, *given)}
        tries = (stem if number == 1 else f"{stem}-{number}" for number in itertools.count(1))
        return next(id_ for id_ in tries if id_.casefold() not in taken)

    def differences(self) -> Iterator[Change]:
        """What the actors' final values differ in from the mapping's."""
        for id_, values in self.final.items():
            old = self.before.get(id_)
            if old is None:
                about = (shown(self.mapping, values, key) for key in ("type", "regions", "sectors"))
                yield Change(id_, "", "", " · ".join([values["name"], *filter(None, about)]))
                continue
            yield from changes(self.mapping, id_, old, values)

    def text(self, text: str) -> str:
        """mapping.yaml with the changes made; WorkspaceError where its layout does not allow them."""
        document, edits = Document(text), list[Edit]()
        nodes = {actor.id: actor.data.node for actor in self.mapping.actors}
        new = []
        for change in self.changes:
            values = self.final[change.actor]
            if not change.key:
                new.append({key: plain(values[key]) for key in ORDER if key in values})
            elif change.key in values:
                edits += document.set_key(nodes[change.actor], change.key, plain(values[change.key]), ORDER)
            elif change.key in nodes[change.actor].entries:
                edits += document.remove_key(nodes[change.actor], change.key)
        if new:
            edits += document.add_entries(self.mapping.data.node, "actors", new)
        try:
            return apply(text, edits)
        except ValueError as error:
            raise WorkspaceError(layout_problem()) from error


class _Known:
    """The mapping's actors by what others call them; `named` are the names that the list holds."""

    def __init__(self, mapping: ActorMapping, named: Iterable[str]) -> None:
        self.named = frozenset(named)
        self.names = {simplify(actor.name): actor for actor in reversed(mapping.actors)}
        self.acronyms: dict[str, list[Actor]] = defaultdict(list)
        for actor in mapping.actors:
            self.acronyms[simplify(actor.acronym)].append(actor)

    def find(self, name: str, acronym: str) -> Actor | None:
        """The actor of a name, else of an acronym, else of a name one letter off.

        Where the list names an actor in full, a name near its own is another's.
        """
        if name in self.names:
            return self.names[name]
        free = [a for a in self.acronyms.get(acronym or name, ())
                if acronym or simplify(a.name) not in self.named]  # fmt: skip
        if len(free) != 1 and len(name) > 5:
            free = [a for known, a in self.names.items()
                    if known not in self.named and within_one_edit(known, name)]  # fmt: skip
        return free[0] if len(free) == 1 else None


def read_list(mapping: ActorMapping, text: str, sheets: Sequence[Sheet], maps: Mapping[str, str]) -> Import:
    """What a list changes, at once and for good: names that it has just given count in a further reading.

    One of thousands of rows, which a program wrote, is read once.
    """
    done = again = Import(mapping, sheets, maps)
    for _time in range(4):
        if not again.changes or sum(len(sheet.rows) for sheet in sheets) > ROWS_READ_AGAIN:
            break
        known = parse_mapping(Source(MAPPING, done.text(text)), [], [], [])
        if known is None:
            break
        again = Import(known, sheets, maps)
        done.final = again.final
        done.changes = list(done.differences())
    return done


def layout_problem() -> str:
    """What to say where mapping.yaml cannot be edited in place."""
    return _("mapping.yaml is laid out in a way that cannot be edited here. Nothing was changed.")
