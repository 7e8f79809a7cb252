"""mapping.yaml in pieces: entries with their own lines and comments, and what each says, flattened to units.

A unit is a key's value, an item of a list, one key of a map, or a comment. `edited` makes an entry's lines
say other units, and leaves all else as it is. What is no list of blocks with ids (or the campaign's block) is
one whole piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from consultkit.exchange.yaml_edit import Document, Value, apply, flow
from consultkit.files import MAPPING, WorkspaceError
from consultkit.i18n import _
from consultkit.located_yaml import Node, read
from consultkit.schema.declare import ACTOR

Path = tuple[str, ...]  # (key,) | (key, "-", item) | (key, "=", sub-key) | ("#", comment)
Units = dict[Path, str]

_COMMENT = re.compile(r"""(?:[^"'#]|"(?:[^"\\]|\\.)*"|'[^']*'|(?<=\w)'(?=\w)|(?<=\S)#)*?(?:(?<=\s)|^)(#.*)""")
_ORDER = tuple(ACTOR.fields)


class MergeError(WorkspaceError):
    """A text that cannot be merged by what it says; the sentence says where and why."""


@dataclass(slots=True)
class Entry:
    """An entry of a section: its lines, those behind it that belong to nobody, and what it says."""

    id: str
    text: str
    after: str
    units: Units
    line: int


@dataclass(slots=True)
class Section:
    """A top-level key: the lines before its first entry and its entries, or (whole) its lines alone."""

    name: str
    head: str
    entries: list[Entry] = field(default_factory=list)
    whole: bool = False

    @property
    def by_id(self) -> dict[str, Entry]:
        """The entries by id."""
        return {entry.id: entry for entry in self.entries}

    @property
    def text(self) -> str:
        """The section's lines."""
        return self.head + "".join(entry.text + entry.after for entry in self.entries)


@dataclass(slots=True)
class Layout:
    """A mapping's text in pieces; joined, they are the text."""

    preamble: str
    sections: list[Section]

    @property
    def text(self) -> str:
        """The whole text."""
        return self.preamble + "".join(section.text for section in self.sections)

    def section(self, name: str) -> Section:
        """The section of that name; one without any text where there is none."""
        return next((section for section in self.sections if section.name == name), Section(name, ""))


def parse(text: str) -> Layout:
    """A mapping's text in pieces; MergeError where it cannot be read, or two entries have one id."""
    reading = read(text, MAPPING)
    fault = next((fault for fault in reading.faults if fault.kind != "yaml-comment"), None)
    if fault is not None:
        raise MergeError(f"{fault.place} {fault.message}")
    if text and not text.endswith("\n"):
        text += "\n"
    lines = _lines(text)
    root = reading.root
    if root is None:
        return Layout(text, [])
    if root.kind != "map" or flow(root):
        raise MergeError(_("{file} is not written as blocks of keys.").format(file=MAPPING))
    starts = [key_node.line - 1 for _key, key_node, _node in root] + [len(lines)]
    sections = [
        _section(key, node, lines[start:end], start)
        for (key, _key_node, node), (start, end) in zip(root, pairwise(starts), strict=True)
    ]
    return Layout("".join(lines[: starts[0]]), sections)


def _lines(text: str) -> list[str]:
    """The lines with their ends; nothing but a line feed ends one."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _section(key: str, node: Node, lines: list[str], offset: int) -> Section:
    """A section from its lines; `offset` counts the lines before it."""
    if node.kind == "map" and node.line > offset + 1 and _flat(node):
        items, firsts = [node], [1]
    elif node.kind == "seq" and not flow(node) and all(map(_block_entry, node.items)):
        items, firsts = node.items, _firsts(node.items, lines, offset)
    else:
        return Section(key, "".join(lines), whole=not node.empty)
    entries: dict[str, Entry] = {}
    for item, (first, following) in zip(items, pairwise([*firsts, len(lines)]), strict=True):
        column = 0 if item is node else indent_of(lines[item.line - 1 - offset])
        body = _own_end(lines, _last_line(item) - offset, following, column + 1)
        units = _units(item) | _comments(lines[first:body], item, offset + first)
        id_ = "" if item is node else units[("id",)]
        if id_ in entries:
            message = _("{file}:{line} two entries of “{section}” have the id “{id}”.")
            raise MergeError(message.format(file=MAPPING, line=item.line, section=key, id=id_))
        text, after = "".join(lines[first:body]), "".join(lines[body:following])
        entries[id_] = Entry(id_, text, after, units, item.line)
    return Section(key, "".join(lines[: firsts[0]]), list(entries.values()))


def _firsts(items: list[Node], lines: list[str], offset: int) -> list[int]:
    """Where the lines of each entry begin: with the comments right above its dash."""
    firsts = []
    floor = 1
    for item in items:
        first = item.line - 1 - offset
        column = indent_of(lines[first])
        while (
            first > floor
            and (above := lines[first - 1]).lstrip().startswith("#")
            and indent_of(above) <= column
        ):
            first -= 1
        firsts.append(first)
        floor = _last_line(item) - offset
    return firsts


def _own_end(lines: list[str], last: int, limit: int, column: int) -> int:
    """Where an entry's lines end: comments right behind it that are indented like its keys are its own."""
    while last < limit and lines[last].lstrip().startswith("#") and indent_of(lines[last]) >= column:
        last += 1
    return last


def indent_of(line: str) -> int:
    """The spaces that a line begins with."""
    return len(line) - len(line.lstrip())


def _block_entry(item: Node) -> bool:
    """Whether an item is a map with an id on lines of its own."""
    return item.kind == "map" and _flat(item) and bool((found := item.get("id")) and found.text)


def _flat(node: Node) -> bool:
    """Whether a map holds scalars, lists of scalars and maps of scalars only."""
    for _key_node, value in node.entries.values():
        if value.kind != "scalar":
            below = value.items or [pair[1] for pair in value.entries.values()]
            if any(one.kind != "scalar" for one in below):
                return False
    return True


def _last_line(node: Node) -> int:
    """The last line that a node stands on (1-based)."""
    if node.kind != "scalar" and not flow(node) and node.value:
        last = node.items[-1] if node.kind == "seq" else list(node.entries.values())[-1][1]
        key = 0 if node.kind == "seq" else list(node.entries.values())[-1][0].line
        return max(key, _last_line(last))
    if node.kind == "scalar" and not node.text and not node.style:
        return 0  # nothing stands behind the colon: its key says the line
    return node.end_line - (1 if node.end_column == 1 and node.end_line > node.line else 0)


def _units(node: Node) -> Units:
    """What a map says, flattened; an empty value is an empty text."""
    units: Units = {}
    for key, (_key_node, value) in node.entries.items():
        if value.kind == "scalar" or not value.value:
            units[(key,)] = "" if value.empty else value.text
        elif value.kind == "seq":
            for item in value.items:
                units[(key, "-", item.text)] = ""
        else:
            units |= {(key, "=", sub): below.text for sub, _sub_node, below in value}
    return units


def _comments(lines: list[str], node: Node, offset: int) -> Units:
    """The comments on an entry's lines, those of texts that run over several lines left out."""
    found = [(number, line) for number, line in enumerate(lines, start=offset) if "#" in line]
    inside: set[int] = set()
    for _key, _key_node, value in node if found else ():
        if value.kind == "scalar" and value.style:
            inside |= set(range(value.line, _last_line(value)))
    return {
        ("#", match[1].strip()): ""
        for number, line in found
        if number not in inside and (match := _COMMENT.match(line.rstrip("\n")))
    }


def value_of(units: Mapping[Path, str], key: str) -> Value | None:
    """What units say of a key: a text, a list or a map; None where they say nothing."""
    items = [path[2] for path in units if path[0] == key and path[1:2] == ("-",)]
    below = {path[2]: text for path, text in units.items() if path[0] == key and path[1:2] == ("=",)}
    return items or below or units.get((key,))


def keys_of(units: Iterable[Path]) -> list[str]:
    """The keys that units speak of, in order, comments aside."""
    return list(dict.fromkeys(path[0] for path in units if path[0] != "#"))


def edited(text: str, wanted: Units, *, in_list: bool = True) -> str:
    """An entry's lines, made to say what is wanted; the rest of them stays as it is."""
    node, current = _reread(text, in_list)
    for key in dict.fromkeys(keys_of(current) + keys_of(wanted)):
        value = value_of(wanted, key)
        if same(value_of(current, key), value):
            continue
        document = Document(text)
        edits = (
            document.remove_key(node, key) if value is None else document.set_key(node, key, value, _ORDER)
        )
        text = apply(text, edits)
        node = _reread(text, in_list)[0]
    if said(_units(node)) != said(wanted):
        raise MergeError(_unable())
    comments = {path[1] for path in wanted if path[0] == "#"}
    present = {path[1] for path in current if path[0] == "#"}
    for comment in present - comments:
        text = _without_comment(text, comment)
    added = [path[1] for path in wanted if path[0] == "#" and path[1] not in present]
    return _with_comments(text, added) if added else text


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values say the same; a list says it in any order."""
    if isinstance(one, list) and isinstance(other, list):
        return set(one) == set(other)
    return one == other


def said(units: Units) -> Units:
    """Units without comments; an empty text beside items says nothing."""
    several = {path[0] for path in units if len(path) > 1}
    return {
        p: text for p, text in units.items() if p[0] != "#" and (text or len(p) > 1 or p[0] not in several)
    }


def _unable() -> str:
    return _("An entry of {file} cannot be merged by itself.").format(file=MAPPING)


def _reread(text: str, in_list: bool) -> tuple[Node, Units]:
    root = read(text, MAPPING).root
    node = root.get(0) if root is not None and in_list else root
    if node is None or node.kind != "map":
        raise MergeError(_unable())
    return node, _units(node) | _comments(_lines(text), node, 0)


def _without_comment(text: str, comment: str) -> str:
    lines = _lines(text)
    for number, line in enumerate(lines):
        if line.strip() == comment:
            del lines[number]
            break
        if line.rstrip().endswith(comment) and _COMMENT.match(line.rstrip("\n")):
            lines[number] = line.rstrip()[: -len(comment)].rstrip() + "\n"
            break
    return "".join(lines)


def _with_comments(text: str, comments: Sequence[str]) -> str:
    """Comments on lines of their own above an entry's first key."""
    first = next(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    indent = " " * indent_of(first)
    at = text.index(first) if text.startswith(first) else text.index("\n" + first) + 1
    return text[:at] + "".join(f"{indent}{comment}\n" for comment in comments) + text[at:]
