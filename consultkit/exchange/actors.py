"""The mapping as a table, and back: rows of anybody's list become changes of actors; persons go to private/.

A cell that says what the mapping says already is left alone, so that an export read again changes nothing.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from consultkit.exchange.spreadsheet import Sheet, clean
from consultkit.exchange.table import (
    LISTS,
    ORDER,
    PER_REGION,
    Values,
    plain,
    same,
    same_value,
    shown,
    values_of,
)
from consultkit.exchange.vocabulary import (
    CHOICES,
    HEADINGS,
    Understood,
    Vocabulary,
    day,
    heading_key,
    simplify,
)
from consultkit.exchange.yaml_edit import Document, Edit, apply
from consultkit.files import WorkspaceError
from consultkit.i18n import _
from consultkit.model import Actor, ActorMapping
from consultkit.privacy import patterns
from consultkit.schema.types import ID
from consultkit.text import fold, listing, within_one_edit

AGREED = ("type", "kind", "acronym")  # of an actor that another's list names, ours holds
HEADING_ROWS = 25
_EMAIL = re.compile(r"[^\s,;<>()]+@[^\s,;<>()]+")
_PHONE = re.compile(r"\+?\(?\d[\d .()-]{5,}\d")
_BETWEEN = re.compile(r"\b(t[ée]l|mail|e-mail|cel|mob)\b\W*|[:;,/()<>\n-]+(?=\s|$)", re.IGNORECASE)
PARTICLES = frozenset(("de", "du", "des", "la", "le", "les", "l", "d", "et", "pour", "of", "the", "and"))


@dataclass(frozen=True, slots=True)
class Told:
    """Something to tell about a cell; an error where what it says did not go in."""

    message: str
    place: str
    error: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """One actor's value before and after; `key` is empty for a new actor."""

    actor: str
    key: str
    before: str
    after: str


@dataclass
class Group:
    """The rows of one actor, put together."""

    place: str
    id: str = ""
    name: str = ""
    acronym: str = ""
    actor: Actor | None = None  # found by its id
    lists: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    partial: set[str] = field(default_factory=set)  # lists of which something was not understood
    single: dict[str, str] = field(default_factory=dict)
    per_region: dict[str, list[tuple[tuple[str, ...], dict[str, str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )  # for each row, its regions and what it says
    exact: set[str] = field(default_factory=set)  # lists that a row with our id gives in full


class Import:
    """Sheets read against a mapping: each actor's `final` values, `persons`, `told`, `changes`."""

    def __init__(self, mapping: ActorMapping, sheets: Sequence[Sheet], maps: Mapping[str, str]) -> None:
        self.mapping = mapping
        self.maps = {simplify(left) or left: right for left, right in maps.items()}
        self.words = Vocabulary(mapping, self.maps)
        self.told: list[Told] = []
        self.persons: list[dict[str, str]] = []
        self.before = {actor.id: values_of(actor) for actor in mapping.actors}
        self.final: dict[str, Values] = {id_: dict(values) for id_, values in self.before.items()}
        self._shown: dict[tuple[str, str], str] = {}
        self._groups: dict[tuple[str, str], Group] = {}
        self._found_persons: list[tuple[Group, list[dict[str, str]]]] = []
        self._names = {simplify(actor.name): actor for actor in reversed(mapping.actors)}
        self._acronyms: dict[str, list[Actor]] = defaultdict(list)
        for actor in mapping.actors:
            self._acronyms[simplify(actor.acronym)].append(actor)
        listed = mapping.data.node.get("actors")
        ids = (node.get("id") for node in (listed.items if listed else ()))
        self._taken = {node.text.casefold() for node in ids if node}
        found = [(sheet, *heads) for sheet in sheets if (heads := self._headings(sheet))]
        if not found:
            raise WorkspaceError(_nothing_recognised(sheets))
        most = max(len(keys) for _sheet, _row, _start, keys in found)
        found = [one for one in found if len(one[3]) * 2 >= most]  # a sheet of lists is none of actors
        self._reviewed = any("review" in keys.values() for _sheet, _row, _start, keys in found)
        for sheet, row, start, keys in found:
            self._tell_unknown(sheet, row, keys)
            self._read_sheet(sheet, start, keys)
        owners = {id(group): self._settle(group) for group in self._groups.values()}
        for group, persons in self._found_persons:
            if owner := owners[id(group)]:
                self.persons += [{"actor": owner, **person} for person in persons]
        self.changes = list(self._changes())

    # headings

    def _headings(self, sheet: Sheet) -> tuple[int, int, dict[int, str]] | None:
        """The row of headings, the first of data, each column's key; None where no row names actors."""
        best: tuple[int, int, dict[int, str]] | None = None
        tags: dict[int, str] = {}
        after = 0
        for number, row in enumerate(sheet.rows[:HEADING_ROWS]):
            texts = [clean(value) for value in row]
            if sum(bool(re.match(r"#[a-z]", text)) for text in texts) >= 2:
                tags = {i: heading_key(text) for i, text in enumerate(texts) if text.startswith("#")}
                after = number + 1
                continue
            keys = {i: key for i, text in enumerate(texts) if text and (key := self._key(text))}
            score = len(set(keys.values()))
            named = {"name", "acronym", "id", "weak"} & set(keys.values())
            if named and score > (best[0] if best else 1):
                best = (score, number + 1, keys)
        keys = _persons_apart({i: k for i, k in {**(best[2] if best else {}), **tags}.items() if k})
        if not {"name", "acronym", "id"} & set(keys.values()):
            return None
        last = best[1] - 1 if best else after - 1
        return last, max(after, last + 1), keys

    def _key(self, text: str) -> str:
        given = self.maps.get(simplify(text))
        if given is None:
            return heading_key(text)
        return given if given in (*HEADINGS, "person") else heading_key(given)

    def _tell_unknown(self, sheet: Sheet, row: int, keys: dict[int, str]) -> None:
        message = _('The column “{name}” is not known: left out (--map "{name}=comment" would read it).')
        for index, value in enumerate(sheet.rows[row]):
            text = clean(value)
            if text and index not in keys and not text.startswith("#"):
                self.told.append(Told(message.format(name=text[:60]), sheet.cell(row, index), False))

    # rows

    def _read_sheet(self, sheet: Sheet, start: int, keys: dict[int, str]) -> None:
        default: tuple[str, ...] = ()
        if "regions" not in keys.values():
            told = self.words.read("regions", sheet.name)
            one = tuple(self.mapping.region_by_id) if len(self.mapping.regions) == 1 else ()
            default = told.values if told.values and not told.problems else one
        for number in range(start, len(sheet.rows)):
            row = sheet.rows[number]
            cells = [(key, clean(row[i]), i) for i, key in keys.items() if i < len(row)]
            if any(text for _key, text, _i in cells):
                self._read_row(sheet, number, cells, default)

    def _read_row(
        self, sheet: Sheet, number: int, cells: list[tuple[str, str, int]], default: tuple[str, ...]
    ) -> None:
        first = {key: text for key, text, _i in reversed(cells) if text}
        group = self._group(first, sheet.cell(number, cells[0][2]))
        if group is None:
            self.told.append(Told(_("This row names no actor: left out."), sheet.cell(number, cells[0][2])))
            return
        here = self.words.read("regions", first["regions"]).values if "regions" in first else default
        for key in dict.fromkeys(key for key, _text, _i in cells if key in HEADINGS and key != "id"):
            texts = [(text, sheet.cell(number, i)) for k, text, i in cells if k == key]
            if key != "name" or group.actor:
                self._read_key(group, key, self._resolved(sheet, texts), here)
        self._add_lists(group, "regions", here if "regions" not in first else ())
        persons = _persons(text for key, text, _i in cells if key == "person" and text)
        if persons:
            self._found_persons.append((group, persons))

    def _resolved(self, sheet: Sheet, texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The texts without those of formulas that were never computed, and without Excel's error values."""
        for text, place in texts:
            if not text and sheet.unresolved and place.rpartition("!")[2] in sheet.unresolved:
                help = _("This formula has no stored result: open the file in a spreadsheet and save it.")
                self.told.append(Told(help, place))
            elif re.fullmatch(r"#(REF|N/A|VALUE|NAME|DIV/0|NULL|NUM|NOM|VALEUR)[!?]?", text):
                self.told.append(Told(_("“{value}” is not understood.").format(value=text), place))
                texts = [pair for pair in texts if pair[1] != place]
        return texts

    def _group(self, first: Mapping[str, str], place: str) -> Group | None:
        name = " ".join(first.get("name", "").split()) or first.get("acronym", "")
        id_ = first.get("id", "")
        actor = self.mapping.actor_by_id.get(id_)
        if actor is None and not any(char.isalnum() for char in name):
            return None  # no letter, no digit: nothing that could name anybody
        key = ("id", id_) if actor else ("name", fold(name))
        group = self._groups.setdefault(key, Group(place, id_ if ID.match(id_) else "", name, actor=actor))
        group.acronym = group.acronym or first.get("acronym", "")
        return group

    def _read_key(self, group: Group, key: str, texts: list[tuple[str, str]], here: tuple[str, ...]) -> None:
        filled = [(text, place) for text, place in texts if text]
        if group.actor and texts and self._says_the_same(group.actor, key, texts[0][0]):
            return
        if key in LISTS:
            self._read_list(group, key, filled)
        elif key in PER_REGION:
            told = len(self.told)
            read = self._per_region(key, *filled[0]) if filled else {"": ""} if texts and group.actor else {}
            group.per_region[key].append((here, read))
            if len(self.told) > told:
                group.partial.add(key)
        elif filled and filled[0][0] != group.single.get(key):
            value = self._single(key, *filled[0]) or ""
            if value and group.single.setdefault(key, value) != value:
                message = _("The rows of one actor differ ({one} / {other}): the first counts.")
                shown_ = [shown(self.mapping, {key: v}, key)[:40] for v in (group.single[key], value)]
                self.told.append(Told(message.format(one=shown_[0], other=shown_[1]), filled[0][1], False))
        elif texts and not filled:
            group.single.setdefault(key, "")

    def _says_the_same(self, actor: Actor, key: str, text: str) -> bool:
        if (actor.id, key) not in self._shown:
            self._shown[actor.id, key] = clean(shown(self.mapping, self.before[actor.id], key))
        return self._shown[actor.id, key] == text

    def _read_list(self, group: Group, key: str, filled: list[tuple[str, str]]) -> None:
        read = [(self.words.read(key, text), place) for text, place in filled]
        self._add_lists(group, key, [value for found, _p in read for value in found.values])
        self._add_lists(group, "cercles", [name for found, _p in read for name in found.cercles])
        if group.actor:
            group.exact.add(key)
        understood = any(found.values for found, _place in read)
        for found, place in read:
            self._tell(found, place, quiet=understood and not found.values)
            if found.problems or found.warnings:
                group.partial.add(key)

    def _add_lists(self, group: Group, key: str, values: Iterable[str]) -> None:
        group.lists[key].update(dict.fromkeys(values))

    def _tell(self, found: Understood, place: str, quiet: bool = False) -> None:
        self.told += [Told(message, place, False) for message in found.warnings]
        self.told += [Told(message, place) for message in found.problems if not quiet]

    def _single(self, key: str, text: str, place: str) -> str:
        """The value of a cell; nothing, and told, where it is not understood or has no place here."""
        if key == "appointment":
            date = day(text)
            if date is None:
                self.told.append(
                    Told(_("“{value}” is no date, or no such day exists.").format(value=text[:40]), place)
                )
            return date.isoformat() if date else ""
        if key == "type" or key in CHOICES:
            found = self.words.read(key, text)
            self._tell(found, place)
            return found.values[0] if found.values else ""
        if key == "replaced_by" and text not in self.mapping.actor_by_id:
            self.told.append(Told(_("“{value}” is no actor's id.").format(value=text[:40]), place))
            return ""
        if patterns.search(text):
            message = _("This text holds a phone number or an address: it has no place in the mapping.")
            self.told.append(Told(message, place))
            return ""
        return text

    def _per_region(self, key: str, text: str, place: str) -> dict[str, str]:
        """“Gao : planifié ; Mopti : refusé” by region, or one value for all of the row's regions."""
        names = {name: r.id for r in self.mapping.regions for name in (r.name, fold(r.name), r.id)}
        pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        marks = list(re.finditer(rf"(?:^|[\n;,])\s*({pattern})\s*[:=]\s*", text, re.IGNORECASE))
        if not marks or marks[0].start():
            value = self._single(key, text, place) if text else ""
            return {"": value} if value or not text else {}
        folded = {fold(name): id_ for name, id_ in names.items()}
        ends = [*(mark.start() for mark in marks[1:]), len(text)]
        read = {folded[fold(m[1])]: self._single(key, text[m.end() : end].strip(" ;,\n"), place)
                for m, end in zip(marks, ends, strict=True)}  # fmt: skip
        return {region: value for region, value in read.items() if value}

    # actors

    def _settle(self, group: Group) -> str:
        """Writes a group into `final`; the id of its actor, or nothing where it could not go in."""
        actor = group.actor or self._look_up(group)
        if actor is None:
            return self._add(group)
        values = self.final[actor.id]
        for key in LISTS:
            exact = key in group.exact - group.partial
            new = tuple(dict.fromkeys((*(() if exact else values.get(key, ())), *group.lists[key])))
            if new:
                values[key] = new
            elif exact and key != "regions":
                values.pop(key, None)
        for key, value in group.single.items():
            if not group.actor and key in AGREED and values.get(key, value or None) != value:
                if value:
                    message = _("The mapping says “{ours}”, the file “{theirs}”: ours is kept.")
                    ours, theirs = (shown(self.mapping, {key: v}, key) for v in (values[key], value))
                    self.told.append(Told(message.format(ours=ours, theirs=theirs), group.place, False))
            elif value:
                values[key] = value
            elif group.actor and key not in ("name", "type", "review"):
                values.pop(key, None)
        self._settle_regions(group, values)
        if not self._reviewed and not same(values, self.before.get(actor.id, {})):
            values["review"] = "updated" if actor.id in self.before else "new"
        return actor.id

    def _settle_regions(self, group: Group, values: Values) -> None:
        """Values per region; those of regions that an actor no longer has go."""
        regions: tuple[str, ...] = values.get("regions", ())
        for key, cells in group.per_region.items():
            given = [
                (here or regions, region, value) for here, cell in cells for region, value in cell.items()
            ]
            named = {region for _here, region, _value in given}
            every = {value for _here, region, value in given if not region}
            old = values.get(key, {})
            if not given:
                continue
            everywhere = set(regions) <= {region for here, _region, _value in given for region in here}
            if len(every) == 1 and named == {""} and everywhere:
                new = {"": every.pop()} if not set(old) - {""} else dict.fromkeys(regions, every.pop())
            else:
                new = dict.fromkeys(regions, old[""]) if "" in old else dict(old)
                for here, region, value in given:
                    new |= {region: value} if region else dict.fromkeys(here, value)
                if group.actor and key not in group.partial and "" not in named:
                    new = {r: v for r, v in new.items() if r in named or r not in old}
            new = {
                region: value for region, value in new.items() if value and (not region or region in regions)
            }
            if new or group.actor:
                values[key] = new
        for key in PER_REGION:
            if key in values and not same_value("regions", values, self.before.get(values.get("id", ""), {})):
                values[key] = {r: v for r, v in values[key].items() if not r or r in regions}
            if not values.get(key, True):
                del values[key]

    def _look_up(self, group: Group) -> Actor | None:
        """The actor that another's row names: by name, else acronym, else a name one letter off."""
        name, acronym = simplify(group.name), simplify(group.acronym or group.name)
        bare = simplify(re.sub(r"\s*\([^()]*\)$", "", group.name))
        exact = self._names.get(name) or self._names.get(bare)
        if exact:
            return exact
        named = self._acronyms.get(acronym, []) if acronym else []
        near = [a for known, a in self._names.items() if len(name) > 5 and within_one_edit(known, name)]
        found = named if len(named) == 1 else near
        if len(found) != 1:
            return None
        if name != simplify(found[0].acronym):
            message = _("“{value}” is taken as “{name}” of the mapping.")
            self.told.append(
                Told(message.format(value=group.name[:60], name=found[0].name), group.place, False)
            )
        return found[0]

    def _add(self, group: Group) -> str:
        values: Values = {"name": group.name, **{k: v for k, v in group.single.items() if v}}
        match = re.search(r"\s*\(([A-ZÀ-Þ][\w&/-]{1,11})\)$", group.name)
        if match and not group.acronym:
            values |= {"name": group.name[: match.start()], "acronym": match[1]}
        values |= {key: tuple(group.lists[key]) for key in LISTS if group.lists[key]}
        problem = self._cannot_add(group, values)
        if problem:
            if problem != "outside":
                self.told.append(Told(problem, group.place))
            return ""
        self._settle_regions(group, values)
        values.setdefault("review", "new")
        id_ = self._free_id(group.id or values.get("acronym") or values["name"], bool(group.id))
        self.final[id_] = {"id": id_, **values}
        return id_

    def _cannot_add(self, group: Group, values: Values) -> str:
        if values.get("kind") == "person":
            return _("A person is named in private/ alone: add this one to mapping.yaml by function.")
        if patterns.search(group.name):
            return _("This name holds a phone number or an address: it has no place in the mapping.")
        if not values.get("regions"):
            if "regions" in group.partial:  # the cell was told already
                return "outside"
            return _("“{name}” has no region: left out.").format(name=group.name[:60])
        if not values.get("type"):
            return _("“{name}” has no type that is known: left out.").format(name=group.name[:60])
        return ""

    def _free_id(self, text: str, as_written: bool) -> str:
        words = [w for w in re.findall(r"[a-z0-9]+", fold(text)) if w not in PARTICLES]
        stem = text if as_written else "-".join(words[:4])[:40].strip("-")
        stem = stem if ID.match(stem) else f"acteur-{stem}".strip("-")
        tries = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 10**6))
        id_ = next(one for one in tries if one.casefold() not in self._taken)
        self._taken.add(id_.casefold())
        return id_

    def _changes(self) -> Iterator[Change]:
        for id_, values in self.final.items():
            old = self.before.get(id_)
            if old is None:
                about = (shown(self.mapping, values, key) for key in ("type", "regions", "sectors"))
                yield Change(id_, "", "", " · ".join([values["name"], *filter(None, about)]))
                continue
            for key in ORDER:
                if not same_value(key, old, values):
                    yield Change(id_, key, shown(self.mapping, old, key), shown(self.mapping, values, key))

    def text(self, text: str) -> str:
        """mapping.yaml with the changes made; WorkspaceError where its layout does not allow them."""
        document, edits = Document(text), list[Edit]()
        nodes = {actor.id: actor.data.node for actor in self.mapping.actors}
        for change in self.changes:
            if change.key:
                entry, value = nodes[change.actor], self.final[change.actor].get(change.key)
                if value is not None:
                    edits += document.set_key(entry, change.key, plain(value), ORDER)
                elif change.key in entry.entries:
                    edits += document.remove_key(entry, change.key)
        new = [{k: plain(self.final[c.actor][k]) for k in ORDER if k in self.final[c.actor]}
               for c in self.changes if not c.key]  # fmt: skip
        if new:
            edits += document.add_entries(self.mapping.data.node, "actors", new)
        try:
            return apply(text, edits)
        except ValueError as error:
            raise WorkspaceError(layout_problem()) from error


def layout_problem() -> str:
    """What to say where mapping.yaml cannot be edited in place."""
    return _("mapping.yaml is laid out in a way that cannot be edited here. Nothing was changed.")


def _persons_apart(keys: dict[int, str]) -> dict[int, str]:
    """“Nom” beside a column of organisations, or beside “Prénom”, is a person's."""
    person = "name" in keys.values() or {"person", "acronym"} <= set(keys.values())
    return {i: ("person" if person else "name") if key == "weak" else key for i, key in keys.items()}


def _persons(texts: Iterable[str]) -> list[dict[str, str]]:
    """Names, phones and e-mails in a row's cells about persons; words alone in their cells make one name."""
    found: dict[str, dict[str, None]] = {"name": {}, "phone": {}, "email": {}}
    words: dict[str, None] = {}
    for text in texts:
        for key, pattern in (("email", _EMAIL), ("phone", _PHONE)):
            found[key] |= dict.fromkeys(match.strip() for match in pattern.findall(text))
            text = pattern.sub(" ", text)
        name = " ".join(_BETWEEN.sub(" ", text).split())
        if name:
            (found["name"] if " " in name else words)[name] = None
    if words:
        found["name"] = {" ".join(words): None, **found["name"]}
    rows = itertools.zip_longest(*found.values())
    return [{key: value for key, value in zip(found, row, strict=True) if value} for row in rows]


def _nothing_recognised(sheets: Sequence[Sheet]) -> str:
    names = listing(f"“{sheet.name}”" for sheet in sheets)
    message = _("No sheet has a row of headings with the actors' names (sheets: {names}).")
    help = _('Name the columns: --map "Heading=name" --map "Heading=regions" ({keys}).')
    return message.format(names=names) + " " + help.format(keys=listing(HEADINGS, 20))
