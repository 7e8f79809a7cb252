"""Markdown that cannot be mistaken: escaped words, pipe tables, figures, what is still to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from consultkit.i18n import _

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#+|~^$@!])")
_LINE_START = re.compile(r"^(\s*)([-:=]|\d+[.)])(?=\s|[-:=]|$)")

WIDE = 8  # columns from which a table needs a landscape page


def esc(text: str) -> str:
    """Words from a campaign's data as one line that Markdown reads as nothing else."""
    line = " ".join(str(text).split())
    return _LINE_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", line))


def mask() -> str:
    """The sign of a count that is kept back, be it small or telling a small one: it claims no size."""
    return _("n/s")


def count(value: int | None) -> str:
    """A count as a table shows it; None is masked."""
    return mask() if value is None else str(value)


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str = "",
    *,
    numbers_from: int = 99,
    wide: bool = False,
) -> str:
    """A pipe table of cells that are Markdown already; columns from `numbers_from` on are set right.

    Without rows it is nothing. One of many columns, or `wide`, comes on a landscape page.
    """
    lines = [[_cell(cell) for cell in row] for row in rows]
    if not lines:
        return ""
    rule = ["---:" if index >= numbers_from else "---" for index in range(len(heads))]
    drawn = ["| " + " | ".join(line) + " |" for line in ([_cell(head) for head in heads], rule, *lines)]
    text = "\n".join(drawn) + (f"\n\n: {caption}" if caption else "")
    return f"::: {{.landscape}}\n{text}\n:::" if wide or len(heads) >= WIDE else text


def _cell(text: str) -> str:
    return " ".join(text.split("\n")) or "\u00a0"


def figure(name: str, caption: str) -> str:
    """A drawing of the document's own, by its name in `Document.figures`."""
    return f"![{caption}](figure:{name})"


def bullets(items: Iterable[str]) -> str:
    """A list of items that are Markdown already."""
    return "\n".join(f"- {item}" for item in items)


def missing(words: str = "") -> str:
    """What is still to be written, standing out."""
    return "[" + (words or _("to be completed")) + "]{.missing}"
