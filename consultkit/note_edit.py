"""Edits of a note's text that leave every other character alone: line ends, comments, order of keys."""

from __future__ import annotations

import re
from collections.abc import Mapping

from consultkit.exchange.yaml_edit import Document, apply
from consultkit.files import Source
from consultkit.parse.header import Split, split
from consultkit.schema.declare import NOTE

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def raw_lines(text: str) -> list[str]:
    """The lines of a text, each with its own end (\\n, \\r\\n or \\r)."""
    return _LINE.findall(text)


def normal(text: str) -> str:
    """The text with \\n line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_split(text: str, file: str) -> Split:
    """Header and body of a text whose line ends are \\n; its faults were told when it was loaded."""
    return split(Source(file, text.removeprefix("\ufeff")), "note", [])


def set_keys(raw: str, parts: Split, values: Mapping[str, str]) -> str:
    """The text with keys of its header given other values; `parts` is the split of `normal(raw)`.

    A key that the header lacks is put where the declaration of notes has it. ValueError without a header.
    """
    if parts.header is None:
        raise ValueError("no header")
    text, header = normal(raw), parts.header
    document = Document(text)
    edits = [edit for key in values for edit in document.set_key(header, key, values[key], NOTE.fields)]
    return with_ends_of(raw, apply(text, edits))


def with_ends_of(raw: str, changed: str) -> str:
    """A changed text with the line ends of the raw one; lines may be rewritten, and one inserted."""
    if "\r" not in raw:
        return changed
    old = raw_lines(raw)
    new = changed.split("\n")
    inserted = len(new) - len(normal(raw).split("\n"))
    ends = [line[len(line.rstrip("\r\n")) :] for line in old]
    if inserted:
        first = next(i for i, line in enumerate(new) if i >= len(old) or old[i].rstrip("\r\n") != line)
        ends[first:first] = [ends[0]] * inserted
    ends += [""] * (len(new) - len(ends))
    return "".join(line + end for line, end in zip(new, ends, strict=False))
