"""Strict YAML with the place of every key and value, in one pass over the C parser's events.

Every scalar stays text: what it means is for the key's type to say (schema/). Refused: duplicate keys,
anchors, aliases, merge keys, tags, several documents, deep nesting. libyaml's own events never recurse, so
that hostile nesting is stopped by a counter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from sys import intern
from typing import Any, NamedTuple, NoReturn

import yaml

from consultkit.diagnostic import Fault, Place
from consultkit.i18n import N_, _

MAX_DEPTH = 24
MAX_REPAIRS = 50
TOO_DEEP = N_("These values are nested too deeply to be meant.")

try:
    from yaml._yaml import CParser as _PARSER  # noqa: N814
except ImportError:  # a PyYAML built without libyaml: the same events, slower
    _PARSER = None  # type: ignore[assignment, misc]


def _events(text: str) -> Iterator[Any]:
    """The events of a YAML text."""
    if _PARSER is None:
        return iter(yaml.parse(text, Loader=yaml.SafeLoader))
    return iter(_PARSER(text).get_event, None)


_COLON_LINE = re.compile(
    r"""^(\s*(?:-\s+)*[^\s:#'"\[\]{},&*!|>%@`-][^:#]*?:[ ]+)([^\s'"\[{|>&*!%@`#].*?)\s*$"""
)
_QUOTED = re.compile(r"""(\s*(?:-\s+)*(?:[^\s:#'"]+:\s+)?)(["'])""")
_CUT = re.compile(r"[ \t]#[^\W_]")


class Node:
    """A YAML value and its place: `kind` is "scalar", "map" or "seq"; line and column are 1-based.

    `value` is the text of a scalar, a dict from key text to (key node, value node), or a list of nodes.
    """

    __slots__ = ("column", "end_column", "end_line", "kind", "line", "style", "value")

    def __init__(self, kind: str, value: object, line: int, column: int, style: str = "") -> None:
        self.kind = kind
        self.value = value
        self.line = line
        self.column = column
        self.style = style
        self.end_line = line
        self.end_column = column

    @property
    def text(self) -> str:
        """The scalar's text; empty for anything else."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def entries(self) -> dict[str, tuple[Node, Node]]:
        """A map's keys with their key node and value node; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """A sequence's nodes; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def empty(self) -> bool:
        """No value at all: nothing, `~`, `null`, an empty text, list or map."""
        if self.kind != "scalar":
            return not self.value
        return not self.value or (not self.style and self.value in ("~", "null", "Null", "NULL"))

    @property
    def length(self) -> int:
        """Characters to underline: the value on its own line, one where it runs over several."""
        return max(1, self.end_column - self.column) if self.end_line == self.line else 1

    def get(self, *path: str | int) -> Node | None:
        """The node below, by keys and indexes, or None."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            if isinstance(step, int):
                node = node.items[step] if step < len(node.items) else None
            else:
                pair = node.entries.get(step)
                node = pair[1] if pair else None
        return node

    def place(self, file: str, *path: str | int) -> Place:
        """The place of the node below, or of the nearest node above it that exists."""
        node = self
        for step in path:
            below = node.get(step)
            if below is None:
                break
            node = below
        return Place(file, node.line, node.column, node.length)

    def __iter__(self) -> Iterator[tuple[str, Node, Node]]:
        for key, (key_node, value) in self.entries.items():
            yield key, key_node, value


class Quoting(NamedTuple):
    """A French colon that `check --fix` can quote: the value's place and its text as written."""

    place: Place
    text: str


@dataclass(slots=True)
class Reading:
    """One YAML text as read: its root node (None where it is empty or cannot be read) and the faults."""

    root: Node | None
    faults: list[Fault]
    quotings: list[Quoting]
    broken: bool = False


class _StopError(Exception):
    """The rest of the text cannot be read; the fault is already told."""


def read(text: str, file: str, first_line: int = 1) -> Reading:
    """Reads a YAML text whose first line is line `first_line` of `file`; faults are values, never raised."""
    reading = Reading(None, [], [])
    for _attempt in range(MAX_REPAIRS):
        attempt = _Builder(text, file, first_line)
        try:
            reading.root = attempt.build()
        except _StopError:
            reading.broken = True
        except yaml.MarkedYAMLError as error:
            repaired = _repair_colon(text, error, file, first_line, reading)
            if repaired is not None:
                text = repaired
                continue
            reading.broken = True
            attempt.faults.append(_syntax_fault(text, error, file, first_line))
        except yaml.YAMLError:
            reading.broken = True
            attempt.faults.append(
                Fault("yaml-syntax", Place(file, first_line), _("This YAML cannot be read."))
            )
        reading.faults += attempt.faults
        break
    return reading


class _Builder:
    """Builds nodes from events; the stack holds the open containers and the key that waits for its value."""

    def __init__(self, text: str, file: str, first_line: int) -> None:
        self.text = text
        self.file = file
        self.offset = first_line
        self.faults: list[Fault] = []
        self.cuts = "#" in text and _CUT.search(text) is not None
        self.lines: list[str] = text.split("\n") if self.cuts else []
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.keys: list[Node | None] = []  # for each open container, the key that waits for its value

    def stop(self, kind: str, event: Any, message: str, help: str = "") -> NoReturn:
        """Tells a fault after which nothing can be read."""
        mark = event.start_mark
        self.faults.append(
            Fault(kind, Place(self.file, mark.line + self.offset, mark.column + 1), message, help)
        )
        raise _StopError

    def build(self) -> Node | None:
        """The root node, in one loop over the events: some eighty a header, and thousands of headers."""
        offset, attach = self.offset, self._attach
        event: Any
        for event in _events(self.text):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                mark, end = event.start_mark, event.end_mark
                style = event.style or ""
                node = Node("scalar", event.value, mark.line + offset, mark.column + 1, style)
                node.end_line = end.line + offset
                node.end_column = end.column + 1
                if event.anchor or event.tag:
                    self._decorated(event)
                if self.cuts and not style:
                    self._cut(node, end)
                attach(node, event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._begin(event, kind is yaml.MappingStartEvent)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._end(event)
            elif kind is yaml.AliasEvent:
                self.stop(
                    "yaml-alias",
                    event,
                    _("YAML aliases (*name) are not read here."),
                    _("Write the value out."),
                )
            elif kind is yaml.DocumentStartEvent and self.root is not None:
                self.stop(
                    "yaml-documents",
                    event,
                    _("A second YAML document begins here."),
                    _("Take out this “---” line."),
                )
        return self.root

    def _begin(self, event: Any, is_map: bool) -> None:
        if event.anchor or event.tag:
            self._decorated(event)
        if len(self.stack) >= MAX_DEPTH:
            self.stop("yaml-depth", event, _(TOO_DEEP))
        mark = event.start_mark
        empty: object = {} if is_map else []
        node = Node("map" if is_map else "seq", empty, mark.line + self.offset, mark.column + 1)
        self._attach(node, event)
        self.stack.append(node)
        self.keys.append(None)

    def _end(self, event: Any) -> None:
        closed = self.stack.pop()
        self.keys.pop()
        start, end = event.start_mark, event.end_mark
        if end.column > start.column:  # a closing bracket: flow style
            closed.end_line, closed.end_column = end.line + self.offset, end.column + 1

    def _attach(self, node: Node, event: Any) -> None:
        """Puts a node where it belongs: root, item, key that then waits, or value of the key that waits."""
        if not self.stack:
            self.root = node
            return
        container: Any = self.stack[-1]
        if container.kind == "seq":
            container.value.append(node)
            return
        key = self.keys[-1]
        if key is None:
            if node.kind != "scalar":
                self.stop("yaml-syntax", event, _("A key must be a plain word."))
            self.keys[-1] = node
            return
        self.keys[-1] = None
        text = key.value
        assert isinstance(text, str)
        name = intern(text) if text.isascii() else unicodedata.normalize("NFC", text)
        refused = name in container.value or (name == "<<" and not key.style)
        if refused:
            self._refused(name, key, container)
        if not refused or (name in container.value and container.value[name][1].empty):
            container.value[name] = (key, node)

    def _refused(self, name: str, key: Node, container: Node) -> None:
        where = Place(self.file, key.line, key.column, key.length)
        if name not in container.entries:
            message, help = _("YAML merge keys (<<) are not read here."), _("Write the keys out.")
            self.faults.append(Fault("yaml-alias", where, message, help))
            return
        first = container.entries[name][0].line
        message = _("The key “{key}” stands here twice (first on line {line}).").format(key=name, line=first)
        self.faults.append(Fault("yaml-duplicate", where, message, _("Keep one.")))

    def _decorated(self, event: Any) -> None:
        if event.anchor:
            self.stop(
                "yaml-alias", event, _("YAML anchors (&name) are not read here."), _("Write the value out.")
            )
        if event.tag and not (event.tag == "!" and isinstance(event, yaml.ScalarEvent) and event.style):
            self.stop("yaml-tag", event, _("YAML tags (!name) are not read here."), _("Take out the tag."))

    def _cut(self, node: Node, end: Any) -> None:
        line = self.lines[end.line] if end.line < len(self.lines) else ""
        match = _CUT.match(line, end.column)
        if match:
            self.faults.append(
                Fault(
                    "yaml-comment",
                    Place(self.file, node.end_line, end.column + 2, len(line) - end.column - 1),
                    _("What follows “ #” is read as a comment: this value is cut short."),
                    _("Put the value in quotes if the # belongs to it."),
                )
            )


def _repair_colon(
    text: str, error: yaml.MarkedYAMLError, file: str, first_line: int, reading: Reading
) -> str | None:
    """The text with the value that holds a colon in quotes, its fault told; None for another fault."""
    mark = error.problem_mark
    if mark is None or "mapping values are not allowed" not in str(error.problem):
        return None
    lines = text.split("\n")
    match = _COLON_LINE.match(lines[mark.line]) if mark.line < len(lines) else None
    if match is None or mark.column < match.end(1):
        return None
    value = match[2]
    place = Place(file, mark.line + first_line, match.end(1) + 1, len(value))
    reading.quotings.append(Quoting(place, value))
    reading.faults.append(
        Fault(
            "yaml-colon",
            place,
            _("The “: ” inside this value reads as a second key: the value must stand in quotes."),
            _("Write {line} (`consultkit check --fix` does it).").format(
                line=match[1].strip() + " " + quoted(value)
            ),
        )
    )
    lines[mark.line] = match[1] + quoted(value)
    return "\n".join(lines)


def quoted(value: str) -> str:
    """A text as a double-quoted YAML scalar."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _open_quote(lines: list[str]) -> tuple[int, int] | None:
    """Line and column of the first value that a quotation mark opens and none closes on its line."""
    for number, line in enumerate(lines):
        match = _QUOTED.match(line)
        if match and not re.search(r"""(?<!\\)""" + match[2], line[match.end() :]):
            return number, match.start(2)
    return None


def _syntax_fault(text: str, error: yaml.MarkedYAMLError, file: str, first_line: int) -> Fault:
    """libyaml's complaint as a sentence with a way out, at the place a person would look."""
    mark = error.problem_mark or error.context_mark
    lines = text.split("\n")
    line, column = (mark.line, mark.column) if mark else (0, 0)
    unclosed = _open_quote(lines[: line + 1])
    if unclosed is not None:
        message = _("The quotation mark opened here is not closed.")
        place = Place(file, unclosed[0] + first_line, unclosed[1] + 1)
        return Fault("yaml-syntax", place, message, _("Close it at the end of the value."))
    problem = f"{error.context or ''} {error.problem or ''}"
    if "nesting depth" in problem:  # libyaml 0.2.6 counts too, and before the events come
        return Fault("yaml-depth", Place(file, line + first_line, column + 1), _(TOO_DEEP))
    at = lines[line] if line < len(lines) else ""
    if "cannot start any token" in problem and at[column : column + 1] == "\t":
        message, help = (
            _("A tab stands here: YAML indents with spaces only."),
            _("Replace the tab with spaces."),
        )
        return Fault("yaml-tab", Place(file, line + first_line, column + 1), message, help)
    if "cannot start any token" in problem:
        message = _("A value cannot begin with “{char}”.").format(char=at[column : column + 1])
        help = _("Put the value in quotes.")
    elif "quoted scalar" in problem and error.context_mark is not None:
        line, column = error.context_mark.line, error.context_mark.column
        message = _("The quotation mark opened here is not closed, or holds a \\ that YAML does not know.")
        help = _("Close it, or use the other kind of quotation mark.")
    elif "flow" in problem and at[column : column + 1] == ":" and "{" in at[:column]:
        message = _("The “: ” inside this value reads as a second key: the value must stand in quotes.")
        place = Place(file, line + first_line, column + 1)
        return Fault("yaml-colon", place, message, _("Put the value in quotes."))
    elif "flow sequence" in problem or "flow mapping" in problem:
        opened = error.context_mark or mark
        line, column = (opened.line, opened.column) if opened else (line, column)
        message, help = _("The bracket opened here is not closed."), _("Close it with ] or }.")
    elif "mapping values are not allowed" in problem and line > 0 and ":" not in lines[line - 1]:
        line, column = line - 1, len(lines[line - 1]) - len(lines[line - 1].lstrip())
        message, help = _("This line has no “:” between key and value."), _("Write it as “key: value”.")
    elif "could not find expected ':'" in problem:
        line, column = (
            (error.context_mark.line, error.context_mark.column) if error.context_mark else (line, column)
        )
        message, help = _("This line has no “:” between key and value."), _("Write it as “key: value”.")
    elif re.search(r":\s*(['\"]).*\1\S", at):
        message = _("Text goes on after the closing quotation mark.")
        help = _("Put the whole value in quotes; double a quotation mark that stands inside.")
    else:
        message = _("The YAML cannot be read from here: the indentation or a sign is out of place.")
        help = _("Keys of one list or block begin in the same column; compare with the lines above.")
    line = min(line, len(lines) - 1)  # the complaint may stand after the last line
    column = min(column, len(lines[line]))
    return Fault("yaml-syntax", Place(file, line + first_line, column + 1), message, help)
