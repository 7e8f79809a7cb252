"""Text for a terminal: styled pieces, made plain or coloured; users' text neither acts nor vanishes."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterable

from consultkit.i18n import _

Piece = tuple[str, str]  # text, rich style ("" for none)
Line = list[Piece]

YES = {"o", "oui", "y", "yes"}
NO = {"n", "non", "no"}

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def printable(text: str) -> str:
    """Text in which escape sequences, controls and direction marks are shown instead of acting."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text.replace("\t", "    "))


def width_of(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Text filled up with spaces to a width."""
    space = " " * max(0, width - width_of(text))
    return space + text if right else text + space


def clip(text: str, width: int) -> str:
    """Text cut to a width, with an ellipsis where something was cut."""
    if width_of(text) <= width:
        return text
    kept = ""
    for char in text:
        if width_of(kept + char) > max(0, width - 1):
            break
        kept += char
    return kept.rstrip() + "…"


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Text folded at spaces; no-break spaces hold."""
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        candidate = f"{current} {word}" if current else word
        if current and width_of(candidate) > max(10, width - width_of(indent)):
            lines.append(indent + current)
            current = word
        else:
            current = candidate
    return [*lines, indent + current] if current else lines


def tell(sentence: str) -> None:
    """Prints a sentence, folded at words on a terminal; left whole for programs."""
    print("\n".join(wrap(sentence, terminal_width())) if sys.stdout.isatty() else sentence)


def ask(question: str, *, default: bool) -> bool:
    """Yes or no, asked in the language in use; answers count in both languages, no more input is a no."""
    print("\n".join(wrap(f"{question} {_('[Y/n]') if default else _('[y/N]')} ", terminal_width())), end="")
    while True:
        try:
            answer = input().strip().casefold()
        except EOFError:
            print()
            return False
        if not answer or answer in YES | NO:
            return answer in YES if answer else default
        print(_("Answer yes (y) or no (n):"), end=" ")


def terminal_width(default: int = 100) -> int:
    """The columns of the terminal; wide where the output is no terminal."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    if not sys.stdout.isatty():
        return default
    return os.get_terminal_size(sys.stdout.fileno()).columns


def colours() -> bool:
    """Whether colours are wanted: a terminal, and no NO_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def plain_text(lines: Iterable[Line]) -> str:
    """The lines without colours."""
    return "".join("".join(text for text, _style in line).rstrip() + "\n" for line in lines)


def coloured_text(lines: Iterable[Line]) -> str:
    """The lines with rich's colours, for a terminal."""
    from rich.color import ColorSystem
    from rich.style import Style

    styles: dict[str, Style] = {}
    pieces: list[str] = []
    for line in lines:
        for text, style in line:
            if style and style not in styles:
                styles[style] = Style.parse(style)
            pieces.append(styles[style].render(text, color_system=ColorSystem.STANDARD) if style else text)
        pieces.append("\n")
    return "".join(pieces)


def say(lines: Iterable[Line]) -> None:
    """Prints styled lines to standard output."""
    lines = list(lines)
    sys.stdout.write(coloured_text(lines) if colours() else plain_text(lines))
