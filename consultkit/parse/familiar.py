"""Headers that say what other headers said: each of their entries is read once.

The headers of a campaign's notes repeat each other: “mode: in-person” stands in hundreds of them. A header is
cut into the entries of its first level, and an entry whose text was read before, without anything to tell, is
taken over. Whatever is not so plain (a fault, a value to mend, a key twice) has it read as a whole.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from consultkit.located_yaml import read
from consultkit.schema.declare import NOTE
from consultkit.schema.types import INVALID, Reader

# An entry: comments, a line that begins with a letter, and what is indented, listed or left empty below it.
_ENTRY = re.compile(r"(?:#[^\n]*\n)*[A-Za-z][^\n]*\n(?:[ \t-][^\n]*\n|\n)*")
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
    lenient = not any(_done(text) for text in texts if text.startswith("status:"))
    values: dict[str, Any] = {}
    keys = set()
    for text in texts:
        entry = _entry(text, lenient)
        if entry is None or entry.key in keys:
            return None
        keys.add(entry.key)
        if entry.value is not INVALID:
            values[entry.key] = entry.value
    return values if values.keys() >= _REQUIRED else None


def _done(text: str) -> bool:
    entry = _entry(text, False)
    return entry is not None and entry.value in ("done", "validated")


@lru_cache(maxsize=4096)
def _entry(text: str, lenient: bool) -> Entry | None:
    """An entry by itself; None where there is something to tell of it."""
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
