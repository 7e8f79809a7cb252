"""The YAML header of a Markdown file, split from its body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consultkit.diagnostic import Fault, Place
from consultkit.files import Source
from consultkit.i18n import _
from consultkit.located_yaml import Node, Quoting, read

_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Split:
    """A file's header node (None where there is none or it cannot be read), and its body."""

    header: Node | None
    broken: bool
    body: str
    body_line: int
    text: str = ""  # of the header
    quotings: tuple[Quoting, ...] = ()


def split(source: Source, area: str, faults: list[Fault]) -> Split:
    """Splits a file; a missing or unreadable header is told."""
    text = source.text
    start = text.find("\n")
    if start < 0 or text[:start].rstrip() != "---":
        message = _("This file has no header: its first line must be “---”.")
        help = _("Begin with ---, the keys, and --- again; `consultkit note` writes one.")
        faults.append(Fault("file-header", Place(source.file), message, help))
        return Split(None, True, text, 1)
    end = _END.search(text, start + 1)
    if end is None:
        message = _("The header is not closed: a line “---” is missing after the keys.")
        faults.append(
            Fault("file-header", Place(source.file), message, _("Close the header with a line “---”."))
        )
        return Split(None, True, "", 1)
    header = text[start + 1 : end.start()]
    reading = read(header, source.file, 2)
    faults += reading.faults
    body_line = text.count("\n", 0, end.end()) + 2
    body = text[end.end() + 1 :]
    node = reading.root
    if node is not None and node.kind != "map":
        message = _("The header holds no “key: value” lines.")
        faults.append(Fault(f"{area}-value", node.place(source.file), message))
        node = None
    elif node is None and not reading.broken:
        faults.append(Fault("file-header", Place(source.file), _("The header is empty.")))
    return Split(node, node is None, body, body_line, header, tuple(reading.quotings))
