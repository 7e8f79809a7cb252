"""Edits of a YAML text at the places its nodes give: comments, order and layout of all else survive.

A function below returns the edits of one change; `apply` makes them all at once. Nodes come from
`located_yaml.read` on the very text that is edited, read from line 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from consultkit.located_yaml import Node, quoted

Value = str | Sequence[str] | Mapping[str, str]
Entry = Mapping[str, Value]

_PLAIN = re.compile(r"[A-Za-zÀ-ÿ0-9][\wÀ-ÿ .’/-]*(?<! )\Z")
_SPECIAL = re.compile(r"(?i)(y|n|yes|no|on|off|true|false|null|~|[\d_.]+(e\d+)?|0[xo][\da-f]+)\Z")


class Edit(NamedTuple):
    """Characters `start` to `end` of a text become `text`."""

    start: int
    end: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; edits at one place in their given order. Overlaps raise ValueError."""
    pieces: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: edit[:2]):
        if edit.start < position:
            raise ValueError("edits overlap")
        pieces += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*pieces, text[position:]])


def scalar(value: str) -> str:
    """A text as a YAML scalar: plain where that is safe in every style and for every reader, else quoted."""
    if _PLAIN.match(value) and not _SPECIAL.match(value):
        return value
    return quoted(value).replace("\n", "\\n").replace("\t", "\\t")


def dump(value: Value | Entry) -> str:
    """A value on one line: a scalar, `[a, b]` or `{a: b}`."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {dump(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(map(scalar, value)) + "]"


class Document:
    """A text with the offsets of its lines: turns nodes into edits."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def span(self, node: Node) -> tuple[int, int]:
        """Where a node begins and ends, trailing white space left out."""
        start = self._starts[node.line - 1] + node.column - 1
        key: Node | None = None
        last = node
        while last.kind != "scalar" and not flow(last) and last.value:
            key, last = (None, last.items[-1]) if last.kind == "seq" else list(last.entries.values())[-1]
        if key is not None and last.kind == "scalar" and not last.text and not last.style:
            return start, self._colon(key)
        end = self._offset(last.end_line, last.end_column)
        return start, max(start, start + len(self.text[start:end].rstrip()))

    def set_key(self, entry: Node, key: str, value: Value, order: Iterable[str] = ()) -> list[Edit]:
        """Gives a key of a map a value; a new key goes behind those that `order` puts before it."""
        found = entry.entries.get(key)
        if found is None:
            return [self._insert(entry, key, dump(value), list(order))]
        node = found[1]
        start, end = self.span(node)
        # On lines of its own: what stays keeps its comments.
        if not flow(node) or "#" in self.text[start:end]:
            if isinstance(value, Mapping) and node.entries.keys() & value.keys():
                return self._set_map(node, value)
            if not isinstance(value, str | Mapping) and {item.text for item in node.items} & set(value):
                return self._set_list(node, value)
        if start == end:  # nothing stands behind the colon yet
            start = end = self._colon(found[0])
            return [Edit(start, end, " " + dump(value))]
        return [Edit(start, end, dump(value))]

    def remove_key(self, entry: Node, key: str) -> list[Edit]:
        """Takes a key out of a map; a comment beside it stays."""
        key_node, value = entry.entries[key]
        start, (_value, end) = self.span(key_node)[0], self.span(value)
        end = max(end, self._colon(key_node))
        if flow(entry):
            return [self._without_comma(start, end)]
        if self.text[self._line_start(start) : start].strip():  # behind the dash of its list
            return [Edit(self._colon(key_node), end, "")]
        return [self._without_line(start, end)]

    def remove_item(self, node: Node, index: int) -> list[Edit]:
        """Takes an item out of a list; comments above it stay."""
        start, end = self.span(node.items[index])
        if flow(node):
            return [self._without_comma(start, end)]
        return [self._without_line(self.text.rindex("-", 0, start), end)]

    def add_entries(self, root: Node, key: str, entries: Sequence[Entry]) -> list[Edit]:
        """Puts maps at the end of the list under a key of the root, laid out as the list is."""
        if key not in root.entries:
            return [self._after_line(len(self.text), f"{key}:\n" + _block(entries, "  "))]
        key_node, node = root.entries[key]
        if node.items:
            return [self._append(node, entries)]
        at = self._colon(key_node)
        end = max(at, self.span(node)[1])
        return [Edit(at, end, ""), self._after_line(end, _block(entries, "  "))]

    def _append(self, node: Node, items: Sequence[str] | Sequence[Entry]) -> Edit:
        """Puts items at the end of a list that is not empty."""
        start, end = self.span(node.items[-1])
        if flow(node):
            return Edit(end, end, "".join(f", {dump(item)}" for item in items))
        dash = self.text.rindex("-", 0, start)
        column = dash - self._line_start(dash)
        gap = "\n" if self._blank_above(dash) and len(node.items) > 1 else ""
        return self._after_line(end, _block(items, " " * column, gap), column)

    def _colon(self, key: Node) -> int:
        """Where the colon behind a key ends."""
        return self.text.index(":", self.span(key)[1]) + 1

    def _offset(self, line: int, column: int) -> int:
        return min(len(self.text), self._starts[min(line, len(self._starts)) - 1] + column - 1)

    def _line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        """Where the next line begins."""
        return self.text.find("\n", offset) + 1 or len(self.text)

    def _blank_above(self, offset: int) -> bool:
        start = self._line_start(offset)
        return start > 0 and not self.text[self._line_start(start - 1) : start].strip()

    def _after_line(self, offset: int, lines: str, indent: int | None = None) -> Edit:
        """Lines put behind the line of an offset, and behind comments below it that stand further in."""
        at = self._line_end(offset)
        while indent is not None and (below := re.compile(r"( *)#.*(\n|\Z)").match(self.text, at)):
            if len(below[1]) <= indent:
                break
            at = below.end()
        return Edit(at, at, lines if not at or self.text[at - 1] == "\n" else "\n" + lines.rstrip("\n"))

    def _without_line(self, start: int, end: int) -> Edit:
        """The lines without what stands from start to end; a comment behind it keeps its line."""
        line_end = self._line_end(end)
        if self.text[end:line_end].strip():
            return Edit(start, end + len(self.text[end:line_end]) - len(self.text[end:line_end].lstrip()), "")
        return Edit(self._line_start(start), line_end, "")

    def _without_comma(self, start: int, end: int) -> Edit:
        """One item of a flow list or map, with the comma before it, else the one behind it."""
        before = re.search(r",\s*\Z", self.text[max(0, start - 100) : start])
        if before:
            return Edit(start - len(before[0]), end, "")
        after = re.compile(r"[ \t]*,[ \t]*").match(self.text, end)
        return Edit(start, after.end() if after else end, "")

    def _insert(self, entry: Node, key: str, value: str, order: list[str]) -> Edit:
        rank = order.index(key) if key in order else len(order)
        before = [name for name in entry.entries if name in order and order.index(name) < rank]
        anchor = max(before, key=order.index) if before else list(entry.entries)[-1]
        key_node, node = entry.entries[anchor]
        end = max(self.span(node)[1], self._colon(key_node))
        if flow(entry):
            return Edit(end, end, f", {scalar(key)}: {value}")
        first = next(iter(entry.entries.values()))[0]
        indent = first.column - 1
        return self._after_line(end, " " * indent + f"{scalar(key)}: {value}\n", indent)

    def _set_map(self, node: Node, value: Mapping[str, str]) -> list[Edit]:
        edits = [edit for key in node.entries if key not in value for edit in self.remove_key(node, key)]
        for key, new in value.items():
            if key not in node.entries or node.entries[key][1].text != new:
                edits += self.set_key(node, key, new)
        return edits

    def _set_list(self, node: Node, values: Sequence[str]) -> list[Edit]:
        old = [item.text for item in node.items]
        edits = [e for i, text in enumerate(old) if text not in values for e in self.remove_item(node, i)]
        added = [text for text in values if text not in old]
        return edits + ([self._append(node, added)] if added else [])


def flow(node: Node) -> bool:
    """Whether a list or map is written in brackets."""
    return node.kind != "scalar" and (node.end_line, node.end_column) != (node.line, node.column)


def _block(items: Sequence[str] | Sequence[Entry], indent: str, gap: str = "") -> str:
    """Items of a list, each behind a dash; a map's keys on lines of their own."""
    text = ""
    for item in items:
        lines = [scalar(item)] if isinstance(item, str) else [f"{k}: {dump(v)}" for k, v in item.items()]
        text += f"{gap}{indent}- " + f"\n{indent}  ".join(lines) + "\n"
    return text
