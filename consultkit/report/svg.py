"""The pieces the figures are drawn from: text measured and wrapped, shapes, keys. Standard library only.

Lengths are user units; every figure is 640 wide. There are no ids, styles, clips or references, so that
several figures can stand in one HTML page, and typst (resvg) and Chromium draw the same.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from consultkit.i18n import _

WIDTH = 640
INK, MUTED, LINE, GREY, RUST = "#1F2A33", "#55606A", "#C3CAD0", "#ECEDEB", "#A63D0A"
# One hue from light to dark: reads in greyscale and without colour vision. White text on the last two.
SHADES = ("#FFFFFF", "#DFEAF2", "#B7D1E3", "#86B2CE", "#38709A", "#17476B")
DRAFT = SHADES[2]
# Dark and light in turn, so that neighbours differ in greyscale; each segment also carries its letter.
SERIES = (
    *("#1B4F72", "#E9C46A", "#7A3B2E", "#A9CCE3", "#3A7352"),
    *("#F2D3BC", "#64537A", "#CBD5A5", "#4A4A4A", "#D9D9D9"),
)

# Advance widths of Noto Sans Regular in thousandths of an em, rounded up to ten.
_ADVANCES = {
    230: "'’ʼ", 260: "ijl \u00a0\u202f", 270: "!,.:;J·", 300: "()", 330: "-[]I", 350: "f", 370: "t“”",
    380: "/\\{}", 420: 'r"', 440: "?", 470: "z", 480: "csɔ", 490: "ɛ", 510: "vyɣ«»–", 530: "FkLx",
    560: "ETaeə", 580: "Y$+<=>0123456789", 600: "PVXo", 620: "KRSbdghnpquɲŋɗɓ", 640: "BC", 730: "DGU&",
    750: "H", 790: "NOQw…", 840: "%", 870: "æ", 930: "WMœ", 940: "m@", 1000: "—Œ",
}  # fmt: skip
_ADVANCE = {char: width for width, chars in _ADVANCES.items() for char in chars}
# XML admits neither C0 controls, lone surrogates nor U+FFFE/F.
_SIGNS = {"\t": " ", "\n": " ", "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_ESCAPES: dict[int, str | None] = {
    **dict.fromkeys(chain(range(32), range(0xD800, 0xE000), (0xFFFE, 0xFFFF))),
    **{ord(sign): entity for sign, entity in _SIGNS.items()},
}


# Text: measuring, wrapping, escaping


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = 12, bold: bool = False) -> float:
    """Width of a text in Noto Sans, within a few per cent and rather over than under."""
    units = 0
    for char in text:
        known = _ADVANCE.get(char)
        if known is None:
            base = unicodedata.normalize("NFD", char)[0]
            known = (
                0 if unicodedata.combining(char) else _ADVANCE.get(base, 640 if ord(char) < 0x2E80 else 1000)
            )
        units += known
    return units * size / 1000 * (1.1 if bold else 1.03)


@lru_cache(maxsize=1024)
def wrap(text: str, limit: float, size: float = 12, bold: bool = False) -> tuple[str, ...]:
    """The text in lines no wider than the limit; a word that is too long is cut, nothing is left out."""
    lines: list[str] = []
    line = ""
    for word in text.replace("\n", " ").replace("\t", " ").split(" "):  # a no-break space does not break
        joined = f"{line} {word}".strip(" ")
        if text_width(joined, size, bold) <= limit:
            line = joined
            continue
        lines += [line] if line else []
        *full, line = _pieces(word, limit, size, bold)
        lines += full
    return (*lines, line) if line or not lines else tuple(lines)


def _pieces(word: str, limit: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for char in word:
        if pieces[-1] and text_width(pieces[-1] + char, size, bold) > limit:
            pieces.append("")
        pieces[-1] += char
    return pieces


def block_width(lines: Iterable[str], size: float = 12, bold: bool = False) -> float:
    """Width of the widest line."""
    return max((text_width(line, size, bold) for line in lines), default=0.0)


def num(number: float) -> str:
    """A length with one decimal at most."""
    return f"{number:.1f}".removesuffix(".0")


def text_at(
    x: float, y: float, text: str, size: float = 12, *,
    anchor: str = "start", fill: str = INK, bold: bool = False, halo: str = "", turned: bool = False,
) -> str:  # fmt: skip
    """One line of text from its baseline; `halo` outlines it, `turned` makes it read upwards."""
    place = (
        f'transform="translate({num(x)} {num(y)}) rotate(-90)"' if turned else f'x="{num(x)}" y="{num(y)}"'
    )
    more = "" if anchor == "start" else f' text-anchor="{anchor}"'
    more += "" if fill == INK else f' fill="{fill}"'
    more += ' font-weight="700"' if bold else ""
    if halo:
        more += f' stroke="{halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
    return f'<text {place} font-size="{num(size)}"{more}>{text.translate(_ESCAPES)}</text>'


def lines_at(
    x: float, middle: float, lines: Sequence[str], size: float = 12, *,
    anchor: str = "start", fill: str = INK, bold: bool = False,
) -> Iterator[str]:  # fmt: skip
    """Lines of text, centred on a height."""
    step = size * 1.25
    top = middle - step * (len(lines) - 1) / 2 + size * 0.36
    for number, line in enumerate(lines):
        yield text_at(x, top + number * step, line, size, anchor=anchor, fill=fill, bold=bold)


# Shapes


def rect(x: float, y: float, width: float, height: float, fill: str, stroke: str = "") -> str:
    """A rectangle."""
    edge = f' stroke="{stroke}"' if stroke else ""
    return (
        f'<rect x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}" fill="{fill}"{edge}/>'
    )


def rule(x1: float, y1: float, x2: float, y2: float, stroke: str = LINE, width: float = 1) -> str:
    """A straight line."""
    line = f"M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}"
    return f'<path d="{line}" stroke="{stroke}" stroke-width="{num(width)}" fill="none"/>'


def dot(x: float, y: float, radius: float, fill: str) -> str:
    """A spot with an outline."""
    return f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(radius)}" fill="{fill}" stroke="{INK}"/>'


@lru_cache(maxsize=64)
def _hatching(width: float, height: float) -> str:
    """Slanted lines that fill a cell, in relative moves: no pattern, whose id could clash within a page."""
    moves, last = [], (0.0, 0.0)
    for offset in range(5, int(width + height), 6):
        start = (max(0.0, offset - height), min(float(offset), height))
        end = (min(float(offset), width), max(0.0, offset - width))
        moves.append("m{} {}l{} {}".format(*map(num, (*_gap(last, start), *_gap(start, end)))))
        last = end
    return "".join(moves)


def _gap(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    return end[0] - start[0], end[1] - start[1]


def masked_cell(x: float, y: float, width: float, height: float, label: str) -> Iterator[str]:
    """A cell whose count is kept back: the same for every count."""
    yield rect(x, y, width, height, "#F7F7F5", LINE)
    lines = f"M{num(x)} {num(y)}{_hatching(round(width, 1), round(height, 1))}"
    yield f'<path d="{lines}" stroke="#DADDDB" fill="none"/>'
    if not label:
        return
    size = next((size for size in (11, 10, 9, 8) if text_width(label, size) <= width - 2), 7)
    yield text_at(x + width / 2, y + height / 2 + size * 0.36, label, size, anchor="middle")


def document(height: float, parts: Iterable[str]) -> str:
    """The parts as one drawing, one element a line."""
    size = f'width="{WIDTH}" height="{num(height)}" viewBox="0 0 {WIDTH} {num(height)}"'
    fonts = "'Noto Sans', 'Noto Sans Arabic', 'DejaVu Sans', sans-serif"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{fonts}" fill="{INK}">'
    # One element a line: whoever reads the text back finds the words of neighbouring labels apart.
    return "\n".join([head, *parts, "</svg>\n"])


def nothing() -> str:
    """What stands where there is nothing to draw."""
    words = _("No data yet")
    frame = rect(0.5, 0.5, WIDTH - 1, 59, "#FFFFFF", LINE)
    return document(60, [frame, text_at(WIDTH / 2, 34, words, anchor="middle", fill=MUTED)])


def legend(entries: Sequence[tuple[str, str, str]], top: float) -> tuple[list[str], float]:
    """Keys in a row, wrapped, and where they end. A key: (fill, letter, label); "|" a mark, "/" masked."""
    parts: list[str] = []
    x, y = 0.0, top
    for fill, letter, label in entries:
        lines = wrap(label, WIDTH - 30, 11.5)
        width = 22 + block_width(lines, 11.5)
        if x and x + width > WIDTH:
            x, y = 0.0, y + 20
        parts += key(x, y, fill, letter)
        parts += lines_at(x + 22, y + 8 + (len(lines) - 1) * 7.2, lines, 11.5)
        x, y = x + width + 18, y + (len(lines) - 1) * 14.4
    return parts, y + 26 if entries else top


def key(x: float, y: float, fill: str, letter: str) -> Iterator[str]:
    """The square of one entry of a legend."""
    if fill == "|":
        yield rule(x + 8, y, x + 8, y + 16, RUST, 2.4)
    elif fill == "/":
        yield from masked_cell(x + 0.5, y + 0.5, 15, 15, "")
    else:
        yield rect(x + 0.5, y + 0.5, 15, 15, fill, "#8A949C")
        if letter:
            yield text_at(x + 8, y + 12, letter, 10.5, anchor="middle", fill=ink_on(fill), bold=True)


def ink_on(fill: str) -> str:
    """The text colour that reads best on a fill: the ink or white."""
    red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 128 else "#FFFFFF"


def shade(value: int, top: int) -> str:
    """The tone of a count; the scale reaches five at least, so that a table of ones stays light."""
    return SHADES[math.ceil(5 * value / max(top, 5))] if value > 0 else SHADES[0]


def out_of(value: int, target: int | None) -> str:
    """`8 / 12`, kept on one line; the value alone where no minimum was agreed."""
    return f"{value}\u00a0/\u00a0{target}" if target else str(value)


def in_words(value: int, target: int | None) -> str:
    """The same as a phrase."""
    return _("{value} for a minimum of {target}").format(value=value, target=target) if target else str(value)


def listed(items: Iterable[str]) -> str:
    """Items as an enumeration; the sentence's own full stop follows, so an abbreviation's is dropped."""
    return _("; ").join(items).removesuffix(".")


def by_name(names: Iterable[str], values: Iterable[str]) -> str:
    """An enumeration of names, each with what it has."""
    pairs = zip(names, values, strict=True)
    return listed(_("{region}: {value}").format(region=name, value=value) for name, value in pairs)
