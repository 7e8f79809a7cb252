"""What a writer keeps off every output with `{.off}`, in a text or on a heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consultkit.body import Block, Body, Heading, Part
from consultkit.parse.inline import without_off

OFF = "off"
_OPEN = re.compile(r"\{[^{}]*\.off(?![\w-])", re.IGNORECASE)


def left_open(text: str) -> bool:
    """Whether a passage to be kept off is not closed: nobody can tell where it begins."""
    return _OPEN.search(text) is not None


def open_words(text: str) -> str:
    """The text without what is kept off; nothing where that is left open."""
    text = without_off(text)
    return "" if left_open(text) else text


def heading_words(heading: Heading) -> str:
    """A heading without what is kept off; nothing of one that is kept off itself, as in `## Title {.off}`."""
    return "" if OFF in heading.attributes.classes else open_words(heading.text)


def with_off(parts: Iterable[Part]) -> Iterator[tuple[Part, bool]]:
    """Each part, and whether its heading or one above it is kept off with all that stands below."""
    above = 0  # the level of the heading that is kept off
    for part in parts:
        heading = part.heading
        if not 0 < above < heading.level:
            above = heading.level if OFF in heading.attributes.classes else 0
        yield part, bool(above)


def open_blocks(body: Body) -> Iterator[Block]:
    """The blocks of a text that stand below no heading that is kept off."""
    yield from body.preamble
    for part, off in with_off(body.parts):
        if not off:
            yield from part.blocks
