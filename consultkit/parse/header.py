"""The YAML header of a Markdown file, split from its body."""

from __future__ import annotations

import re
from typing import NamedTuple

from consultkit.diagnostic import Fault, Place
from consultkit.files import Source, to_text
from consultkit.i18n import _
from consultkit.located_yaml import Node, Quoting, read

_END = re.compile(rb"\n(?:---|\.\.\.)[ \t]*(?=\n|\Z)")


class Split(NamedTuple):
    """A file's header node (None where there is none or it cannot be read), and its body."""

    header: Node | None
    broken: bool
    body: str
    body_line: int
    text: str = ""  # of the header
    start: int = 0  # of the body, in the file's text
    quotings: tuple[Quoting, ...] = ()


def bounds(data: bytes) -> tuple[int, int, int] | None:
    """Where the header begins and ends and where the body begins; None where there is no whole header."""
    start = data.find(b"\n")
    if start < 0 or data[:start].rstrip() != b"---":
        return None
    end = _END.search(data, start)
    return (start + 1, end.start() + 1, end.end() + 1) if end else None


def split(source: Source, area: str, faults: list[Fault]) -> Split:
    """Splits a file; a missing or unreadable header is told."""
    found = bounds(source.data)
    if found is None:
        return _headless(source, faults)
    begin, end, start = found
    header = to_text(source.data[begin:end])
    reading = read(header, source.file, 2)
    faults += reading.faults
    body_line = source.data.count(b"\n", 0, start - 1) + 2
    body = to_text(source.data[start:])
    node = reading.root
    if node is not None and node.kind != "map":
        message = _("The header holds no “key: value” lines.")
        faults.append(Fault(f"{area}-value", node.place(source.file), message))
        node = None
    elif node is None and not reading.broken:
        faults.append(Fault("file-header", Place(source.file), _("The header is empty.")))
    return Split(node, node is None, body, body_line, header, start, tuple(reading.quotings))


def _headless(source: Source, faults: list[Fault]) -> Split:
    if b"\n" not in source.data or source.data.partition(b"\n")[0].rstrip() != b"---":
        message = _("This file has no header: its first line must be “---”.")
        help = _("Begin with ---, the keys, and --- again; `consultkit note` writes one.")
        faults.append(Fault("file-header", Place(source.file), message, help))
        return Split(None, True, source.text, 1)
    message = _("The header is not closed: a line “---” is missing after the keys.")
    faults.append(Fault("file-header", Place(source.file), message, _("Close the header with a line “---”.")))
    return Split(None, True, "", 1)
