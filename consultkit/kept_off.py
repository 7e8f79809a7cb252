"""What a writer keeps off every output with `{.off}`, in a text or on a heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consultkit.model import Heading, Part
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
    """A heading without what is kept off; nothing of one that is kept off itself, as in `## Title {.off}`.

    In `## Title [passage]{.off}` the braces are read as the heading's own: the passage goes, the title stays.
    """
    if OFF not in heading.attributes.classes:
        return open_words(heading.text)
    start = heading.text.rfind("[") if heading.text.endswith("]") else 0
    return open_words(heading.text[:start].rstrip())


def with_off(parts: Iterable[Part]) -> Iterator[tuple[Part, bool]]:
    """Each part, and whether its heading or one above it is kept off with all that stands below."""
    above = 0  # the level of the heading that is kept off
    for part in parts:
        heading = part.heading
        if not 0 < above < heading.level:
            bare = OFF in heading.attributes.classes and not heading.text.endswith("]")
            above = heading.level if bare else 0
        yield part, bool(above)
