"""The types of values: each reads a located node, and describes itself as JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from consultkit.diagnostic import Fault, Place
from consultkit.i18n import _
from consultkit.located_yaml import Node
from consultkit.text import did_you_mean, fold, listing, nearest, parse_date

ID = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*\Z")
INVALID = object()

Json = dict[str, Any]


@dataclass(slots=True)
class Fix:
    """A value that `check --fix` writes in its canonical form."""

    place: Place
    old: str
    new: str


@dataclass(slots=True)
class Reader:
    """What a reading gathers: `area` ("mapping", "note", …) names the rules that tell its faults."""

    file: str
    area: str
    faults: list[Fault] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)
    lenient: bool = False  # a draft: an empty value is no problem

    def bad(self, node: Node, message: str, help: str = "") -> object:
        """Tells a bad value at its place."""
        self.faults.append(Fault(f"{self.area}-value", node.place(self.file), message, help))
        return INVALID

    def fix(self, node: Node, new: str) -> None:
        """Notes the canonical form of a value that was written another way."""
        if node.line == node.end_line:
            self.fixes.append(Fix(node.place(self.file), node.text, new))


class Type(Protocol):
    """A type of values."""

    def read(self, node: Node, reader: Reader) -> Any:
        """The node's value, or INVALID with its fault told."""

    def json(self) -> Json:
        """The type as JSON Schema."""


def _scalar(node: Node, reader: Reader, wanted: str) -> str | None:
    if node.kind != "scalar":
        reader.bad(node, _("Here stands a list or a block: {wanted} is expected.").format(wanted=wanted))
        return None
    return node.text


class Text:
    """Free text."""

    def read(self, node: Node, reader: Reader) -> Any:
        text = _scalar(node, reader, _("text"))
        return INVALID if text is None else text.strip()

    def json(self) -> Json:
        return {"type": ["string", "number", "null"]}


class Id:
    """An id: letters and digits, joined by single hyphens or underscores, beginning with a letter."""

    def read(self, node: Node, reader: Reader) -> Any:
        text = _scalar(node, reader, _("an id"))
        if text is None:
            return INVALID
        if not ID.match(text):
            message = _(
                "“{value}” is no id: letters without accents and digits, joined by - or _, a letter first."
            )
            return reader.bad(node, message.format(value=text), self._way_out(text))
        return text

    @staticmethod
    def _way_out(text: str) -> str:
        words = [w for w in re.split(r"[^A-Za-z0-9]+", fold(text)) if w]
        proposal = "-".join(words)
        return _("Write “{proposal}”.").format(proposal=proposal) if ID.match(proposal) else ""

    def json(self) -> Json:
        return {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*$"}


class Enum(NamedTuple):
    """One of a few values; each may be written in other ways (French ones first)."""

    values: Mapping[str, tuple[str, ...]]

    def read(self, node: Node, reader: Reader) -> Any:
        if node.text in self.values:
            return node.text
        text = _scalar(node, reader, _("one word"))
        if text is None:
            return INVALID
        folded = fold(text)
        for canonical, synonyms in self.values.items():
            if folded == canonical or folded in synonyms:
                reader.fix(node, canonical)
                return canonical
        written = {name: key for key, names in self.values.items() for name in (key, *names)}
        near = nearest(text, written)
        help = _("Did you mean “{near}”?").format(near=written[near]) if near else ""
        message = _("“{value}” is not one of: {values}.")
        return reader.bad(node, message.format(value=text, values=listing(self.values)), help)

    def json(self) -> Json:
        return {"anyOf": [{"enum": [*self.values, None]}, {"type": "string"}]}


class Flag:
    """true or false, yes or no, oui or non."""

    def read(self, node: Node, reader: Reader) -> Any:
        text = node.text.lower()
        if text in ("true", "yes", "oui", "vrai"):
            value = True
        elif text in ("false", "no", "non", "faux"):
            value = False
        else:
            message = _("“{value}” is neither yes nor no.").format(value=node.text)
            return reader.bad(node, message, _("Write true or false."))
        if node.value not in ("true", "false"):
            reader.fix(node, "true" if value else "false")
        return value

    def json(self) -> Json:
        return {"anyOf": [{"type": ["boolean", "null"]}, {"enum": ["oui", "non", "yes", "no"]}]}


class Date:
    """A day: 2023-06-20 or 20/06/2023."""

    def read(self, node: Node, reader: Reader) -> Any:
        text = _scalar(node, reader, _("a date"))
        if text is None:
            return INVALID
        day = parse_date(text)
        if day is None:
            message = _("“{value}” is no date, or no such day exists.").format(value=text)
            return reader.bad(node, message, _("Write it as 2023-06-20 or 20/06/2023."))
        if text != day.isoformat():
            reader.fix(node, day.isoformat())
        return day

    def json(self) -> Json:
        return {
            "type": ["string", "null"],
            "pattern": "^(\\d{4}-\\d{1,2}-\\d{1,2}|\\d{1,2}/\\d{1,2}/\\d{4})$",
        }


class Whole(NamedTuple):
    """A whole number within bounds."""

    low: int = 0
    high: int = 1_000_000

    def read(self, node: Node, reader: Reader) -> Any:
        text = node.text
        if not (text.isascii() and text.isdigit()) or len(text) > 9:
            message = _("“{value}” is no whole number.").format(value=text)
            return reader.bad(node, message, _("Write it in digits."))
        number = int(text)
        if not self.low <= number <= self.high:
            message = _("{value} lies outside {low}–{high}.")
            return reader.bad(node, message.format(value=number, low=self.low, high=self.high))
        return number

    def json(self) -> Json:
        return {"type": ["integer", "null"], "minimum": self.low, "maximum": self.high}


class Pattern(NamedTuple):
    """Text of one shape; `canonical` gives other ways of writing it."""

    pattern: re.Pattern[str]
    message: str  # a marked msgid with {value}
    canonical: Mapping[str, str] = MappingProxyType({})

    def read(self, node: Node, reader: Reader) -> Any:
        text = _scalar(node, reader, _("text"))
        if text is None:
            return INVALID
        known = self.canonical.get(fold(text))
        if known is not None:
            if known != text:
                reader.fix(node, known)
            return known
        if not self.pattern.match(text):
            return reader.bad(node, _(self.message).format(value=text), did_you_mean(text, self.canonical))
        return text

    def json(self) -> Json:
        return {"type": ["string", "null"]}


class Items(NamedTuple):
    """A list of one type; `single` lets one value stand for a list of one. Reads as a tuple."""

    of: Type
    single: bool = False

    def read(self, node: Node, reader: Reader) -> Any:
        if node.kind == "scalar" and self.single:
            value = self.of.read(node, reader)
            return INVALID if value is INVALID else (value,)
        if node.kind != "seq":
            return reader.bad(
                node, _("A list is expected here."), _("Write [a, b], or one “- ” line for each.")
            )
        values = [self.of.read(item, reader) for item in node.items if not (reader.lenient and item.empty)]
        return tuple(value for value in values if value is not INVALID)

    def json(self) -> Json:
        many: Json = {"type": ["array", "null"], "items": self.of.json()}
        return {"anyOf": [many, self.of.json()]} if self.single else many


class PerRegion(NamedTuple):
    """One value, or one for each region: reads as {"": value} or {region: value}."""

    of: Type

    def read(self, node: Node, reader: Reader) -> Any:
        if node.kind != "map":
            value = self.of.read(node, reader)
            return INVALID if value is INVALID else {"": value}
        values = {key: self.of.read(item, reader) for key, _key, item in node if not item.empty}
        return {key: value for key, value in values.items() if value is not INVALID}

    def json(self) -> Json:
        return {"anyOf": [self.of.json(), {"type": "object", "additionalProperties": self.of.json()}]}


class Field(NamedTuple):
    """A key of a record: its type, whether it is required, and what it is for (a marked msgid)."""

    type: Type
    doc: str = ""
    required: bool = False


class Data:
    """A record as read: the values that are there and valid, and the node that knows their places."""

    __slots__ = ("file", "node", "values")

    def __init__(self, values: Mapping[str, Any], node: Node, file: str) -> None:
        self.values = values
        self.node = node
        self.file = file

    def get(self, key: str, default: Any = None) -> Any:
        """A key's value, or the default where it is absent, empty or invalid."""
        return self.values.get(key, default)

    def has(self, key: str) -> bool:
        """Whether something was written under the key, valid or not."""
        node = self.node.get(key)
        return node is not None and not node.empty

    def place(self, *path: str | int) -> Place:
        """The place of a value below, else of the nearest thing above it; of a key whose value is empty."""
        node = self.node
        for step in path:
            pair = node.entries.get(step) if isinstance(step, str) else None
            if pair and pair[1].empty:
                return Place(self.file, pair[0].line, pair[0].column, pair[0].length)
            below = node.get(step)
            if below is None:
                break
            node = below
        return Place(self.file, node.line, node.column, node.length)


class Released:
    """A record whose nodes were let go, since they weigh as much as a note; speaks as `Data` does.

    A place is asked for by a fault alone: the record is then read `again`.
    """

    __slots__ = ("_again", "_written")

    def __init__(self, written: Collection[str], again: Callable[[], Data]) -> None:
        self._written = written  # the keys that have a value, valid or not
        self._again = again

    def get(self, key: str, default: Any = None) -> Any:
        """A key's value, or the default where it is absent, empty or invalid."""
        return self._again().get(key, default) if key in self._written else default

    def has(self, key: str) -> bool:
        """Whether something was written under the key, valid or not."""
        return key in self._written

    def place(self, *path: str | int) -> Place:
        """As `Data.place`."""
        return self._again().place(*path)


class Record(NamedTuple):
    """A map with known keys. Reads as Data."""

    fields: Mapping[str, Field]
    title: str = ""

    def read(self, node: Node, reader: Reader) -> Any:
        if node.kind != "map":
            help = _("Keys: {keys}.").format(keys=listing(self.fields))
            return reader.bad(node, _("“key: value” lines are expected here."), help)
        values: dict[str, Any] = {}
        fields = self.fields
        for key, (key_node, value_node) in node.entries.items():
            declared = fields.get(key)
            if declared is None:
                self._unknown(key, key_node, reader)
                continue
            if value_node.empty:
                continue
            value = declared.type.read(value_node, reader)
            if value is not INVALID:
                values[key] = value
        if not reader.lenient:
            self.tell_missing(node, reader, self.fields)
        return Data(values, node, reader.file)

    def _unknown(self, key: str, key_node: Node, reader: Reader) -> None:
        place = Place(reader.file, key_node.line, key_node.column, key_node.length)
        help = did_you_mean(key, self.fields) or _("Keys: {keys}.").format(keys=listing(self.fields, 30))
        message = _("Unknown key “{key}”.").format(key=key)
        reader.faults.append(Fault(f"{reader.area}-unknown-key", place, message, help))

    def tell_missing(self, node: Node, reader: Reader, keys: Iterable[str]) -> None:
        """Tells which of these keys are required, but absent or empty."""
        for key in keys:
            declared = self.fields[key]
            if not declared.required:
                continue
            pair = node.entries.get(key)
            if pair is None:
                place = Place(reader.file, node.line, node.column)
            elif pair[1].empty:
                place = Place(reader.file, pair[0].line, pair[0].column, pair[0].length)
            else:
                continue
            message = _("The key “{key}” is missing.") if pair is None else _("The key “{key}” has no value.")
            help = _(declared.doc) if declared.doc else ""
            reader.faults.append(Fault(f"{reader.area}-missing-key", place, message.format(key=key), help))

    def json(self) -> Json:
        properties = {}
        for key, declared in self.fields.items():
            properties[key] = declared.type.json() | (
                {"description": _(declared.doc)} if declared.doc else {}
            )
        required = [key for key, declared in self.fields.items() if declared.required]
        schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
        return schema | ({"required": required} if required else {})
