"""A Markdown text once read: headings and blocks, each of which knows its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from consultkit.diagnostic import Place
from consultkit.files import Source, to_text


class Attributes(NamedTuple):
    """What stands in `{…}` after a heading."""

    id: str = ""
    classes: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> str:
        """The value of `key=`, or nothing."""
        return next((value for name, value in self.values if name == key), "")


class Heading(NamedTuple):
    """A Markdown heading: its level, its text without attributes, and its place."""

    level: int
    text: str
    attributes: Attributes
    place: Place
    source: str  # the line as written

    @property
    def id(self) -> str:
        """The id written in `{#…}`, or nothing."""
        return self.attributes.id


class Block(NamedTuple):
    """A piece of Markdown: kind is paragraph, quote, list, table, code or rule.

    `text` has comments taken out and quote marks stripped; `origins` gives, for each of its lines, the line
    and the column in the file where that line begins, so that any character can be placed.
    """

    kind: str
    text: str
    origins: tuple[tuple[int, int], ...]
    source: str = ""  # as written, where it differs from `text`

    @property
    def line(self) -> int:
        """The line the block begins on."""
        return self.origins[0][0]

    def place(self, file: str, index: int = 0, length: int = 1) -> Place:
        """The place of a character of `text`."""
        before = self.text[:index]
        row = min(before.count("\n"), len(self.origins) - 1)
        line, column = self.origins[row]
        return Place(file, line, column + index - (before.rfind("\n") + 1), max(1, length))


class Part(NamedTuple):
    """A heading and the blocks below it, up to the next heading."""

    heading: Heading
    blocks: tuple[Block, ...]


class Outline:
    """The headings of a text, (id, text) of each in order: one object for all texts whose lines are the same.

    `braces` and `brackets` count those of their lines.
    """

    __slots__ = ("braces", "brackets", "headings")

    def __init__(self, headings: tuple[tuple[str, str], ...], braces: int, brackets: int) -> None:
        self.headings = headings
        self.braces = braces
        self.brackets = brackets


Blocks = tuple[Block, ...]


class Body:
    """A Markdown text: what stands before the first heading, then its parts in order.

    The blocks are read when first asked for: of most notes nobody asks but for the headings and the words.
    `outline` is None where only reading the blocks tells what is a heading; `unseen` are the indexes of the
    headings below which no answer is seen at first sight.
    """

    __slots__ = ("_read", "_source", "_start", "_whole", "outline", "signs", "unseen")

    def __init__(
        self,
        source: Source,
        start: int,
        signs: bytes,
        read: Callable[[str], tuple[Blocks, tuple[Part, ...]]],
        outline: Outline | None,
        unseen: tuple[int, ...] = (),
    ) -> None:
        self.signs = signs  # all of it that is no plain word: see `Source`
        self.outline = outline
        self.unseen = unseen
        self._source = source  # the file, of which the body is the rest from the byte `start` on
        self._start = start
        self._read = read
        self._whole: tuple[Blocks, tuple[Part, ...]] | None = None

    @property
    def data(self) -> bytes:
        """The body as written, in UTF-8."""
        return self._source.data[self._start :]

    def holds(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether a pattern is found in the body, or in the line end before it."""
        return pattern.search(self._source.data, max(0, self._start - 1)) is not None

    def every(self, pattern: re.Pattern[bytes]) -> list[Any]:
        """All that the pattern finds in the body."""
        return pattern.findall(self._source.data, self._start)

    @property
    def preamble(self) -> Blocks:
        """The blocks before the first heading."""
        return self.read()[0]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The headings, each with its blocks."""
        return self.read()[1]

    def read(self) -> tuple[Blocks, tuple[Part, ...]]:
        """Preamble and parts, read once."""
        if self._whole is None:
            self._whole = self._read(to_text(self.data))
        return self._whole

    def hold(self, whole: tuple[Blocks, tuple[Part, ...]]) -> None:
        """Keeps what was read already."""
        self._whole = whole

    def blocks(self) -> Iterator[Block]:
        """Every block, in order."""
        yield from self.preamble
        for part in self.parts:
            yield from part.blocks
