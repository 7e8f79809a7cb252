"""The fonts that travel with the package, and which characters they can show.

Typst draws a character that no font has as an empty box without a word, and refuses it under PDF/UA; other
programs pick any font at hand. So such a character becomes its code point, `[U+1F600]`, in every format.
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGES = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic")
# What typst's built-in fonts (DejaVu Sans Mono, Libertinus Serif) add: arrows, operators, shapes, ticks.
BUILT_IN = (
    (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2500, 0x259F), (0x25A0, 0x25FF), (0x2605, 0x2606),
    (0x2610, 0x2612), (0x2713, 0x2714), (0x2717, 0x2718),
)  # fmt: skip
# Shown by nothing and needed by none: joiners that shape Arabic stay, emoji variants go with their emoji.
DROPPED = frozenset({0xFEFF, *range(0xFE00, 0xFE10), 0x200B, 0x2060, 0xAD})
KEPT = frozenset({0x9, 0xA, 0xD, 0x200C, 0x200D, 0x200E, 0x200F})


def folders() -> list[Path]:
    """The folders of the packaged fonts."""
    found = []
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        found += [Path(folder) / "files" for folder in (spec and spec.submodule_search_locations) or ()]
    return found


@cache
def covered() -> frozenset[int]:
    """The code points that some font can show."""
    points = {point for first, last in BUILT_IN for point in range(first, last + 1)}
    for folder in folders():
        for file in sorted(folder.glob("*.ttf")):
            if "Italic" not in file.name:
                points.update(_points(file.read_bytes()))
    return frozenset(points - DROPPED - {0} | KEPT)


def missing_characters(text: str) -> list[tuple[int, str]]:
    """The characters of a text that no font can show, each with its index."""
    absent = _absent(text)
    return [(index, char) for index, char in enumerate(text) if char in absent] if absent else []


def substitute(text: str) -> str:
    """The text with each such character as `[U+1F600]`; invisible ones go."""
    distinct = set(text)
    table: dict[int, str | None] = {ord(char): f"[U+{ord(char):04X}]" for char in _absent(text)}
    table.update({point: None for point in DROPPED if chr(point) in distinct})
    return text.translate(table) if table else text


def _absent(text: str) -> set[str]:
    """The distinct printable characters of a text that no font can show."""
    known = covered()
    return {
        char for char in set(text)
        if ord(char) not in known and ord(char) not in DROPPED and (ord(char) > 0x9F or char == "\x7f")
    }  # fmt: skip


def _points(font: bytes) -> Iterator[int]:
    """The code points in a font's character map, its format 4 and 12 tables read."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = (struct.unpack_from(">4sIII", font, 12 + 16 * index) for index in range(count))
    base = next(offset for tag, _check, offset, _size in tables if tag == b"cmap")
    for index in range(struct.unpack_from(">H", font, base + 2)[0]):
        start = base + struct.unpack_from(">I", font, base + 4 + 8 * index + 4)[0]
        kind = struct.unpack_from(">H", font, start)[0]
        if kind == 4:
            yield from _format_4(font, start)
        elif kind == 12:
            for group in range(struct.unpack_from(">I", font, start + 12)[0]):
                first, last, _glyph = struct.unpack_from(">III", font, start + 16 + 12 * group)
                yield from range(first, last + 1)


def _format_4(font: bytes, start: int) -> Iterator[int]:
    segments = struct.unpack_from(">H", font, start + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", font, start + 14)
    starts = struct.unpack_from(f">{segments}H", font, start + 16 + 2 * segments)
    for first, last in zip(starts, ends, strict=True):
        if last != 0xFFFF:
            yield from range(first, last + 1)
