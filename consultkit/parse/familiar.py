"""Headers that say what other headers said: each of their entries is read once.

The headers of a campaign's notes repeat each other: “mode: in-person” stands in hundreds of them. A header is
cut into the entries of its first level, and an entry whose text was read before, without anything to tell, is
taken over. Whatever is not so plain (a fault, a value to mend, a key twice) has it read as a whole.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from consultkit.located_yaml import Node, read
from consultkit.schema.declare import NOTE
from consultkit.schema.types import INVALID, Reader

# An entry: comments, a line that begins with a letter, and what is indented, listed or left empty below it.
_ENTRY = re.compile(r"(?:#[^\n]*\n)*[A-Za-z][^\n]*\n(?:[ \t-][^\n]*\n|\n)*")
_ONE_WORD = re.compile(
    r"([a-z_]+): ([A-Za-z0-9][A-Za-z0-9_-]*)\n\Z"
)  # as ids are: no YAML is needed to read it
_REQUIRED = frozenset(key for key, field in NOTE.fields.items() if field.required)


class Entry(NamedTuple):
    """A key and its value, INVALID where there is none."""

    key: str
    value: Any


def familiar(header: str) -> dict[str, Any] | None:
    """The values of a header in which there is nothing to tell; None where it must be read as a whole."""
    texts = _ENTRY.findall(header)
    if "".join(texts) != header:
        return None
    finished = "\nstatus: done\n" in header or "\nstatus: validated\n" in header
    read = _strict if finished else _lenient
    values: dict[str, Any] = {}
    for text in texts:
        entry = read(text)
        if entry is None or entry[0] in values:
            return None
        values[entry[0]] = entry[1]
    for key in [key for key, value in values.items() if value is INVALID]:
        del values[key]
    if values.get("status", "draft") != "draft" and not finished:
        return None
    return values if values.keys() >= _REQUIRED else None


@lru_cache(maxsize=4096)
def _strict(text: str) -> Entry | None:
    return _entry(text, lenient=False)


@lru_cache(maxsize=4096)
def _lenient(text: str) -> Entry | None:
    return _entry(text, lenient=True)


def _entry(text: str, lenient: bool) -> Entry | None:
    """An entry by itself; None where there is something to tell of it."""
    word = _ONE_WORD.match(text)
    if word:
        key, value_node = word[1], Node("scalar", word[2], 1, len(word[1]) + 3)
    else:
        reading = read(text, "")
        node = reading.root
        if reading.faults or node is None or len(node.entries) != 1:
            return None
        ((key, (_key_node, value_node)),) = node.entries.items()
    if key not in NOTE.fields:
        return None
    reader = Reader("", "note", lenient=lenient)
    value: Any = INVALID if value_node.empty else NOTE.fields[key].type.read(value_node, reader)
    skipped = isinstance(value, tuple) and value_node.kind == "seq" and len(value) < len(value_node.items)
    return None if skipped or reader.faults or reader.fixes else Entry(key, value)
