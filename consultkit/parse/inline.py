"""What stands inside a block: spans with classes, code spans, escapes; and a block's words without markup."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import NamedTuple

from consultkit.parse.markdown import attributes

_TOKENS = re.compile(r"\\.|(`+)|\[|\](?:\{([^{}]*)\})?|\{[.#][^{}\s]|\{\W{0,4}(?i:off)\W{0,4}\}", re.DOTALL)
_OFF = re.compile(r"\boff\b", re.IGNORECASE)
_BARE_WORDS = re.compile(r"[\w .,;#-]*[^\W\d_][\w .,;#-]*")
_SIMPLE = re.compile(r"\[([^\[\]{}]*)\]\{(\.[A-Za-z][\w-]*(?: \.[A-Za-z][\w-]*)*)\}")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
# The span of a mark is bounded: thousands of stars that nothing closes would cost minutes.
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|~~)(?=\S)(.{1,800}?)(?<=\S)\1", re.DOTALL)
_UNDERSCORE = re.compile(r"(?<![\w\\])(_{1,3})(?=\S)(.{1,800}?)(?<=\S)\1(?!\w)", re.DOTALL)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_FOOTNOTE_CALL = re.compile(r"\[\^[^\]\s]+\]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")


class Span(NamedTuple):
    """`[inner]{.class}`: offsets in the block's text; `inner_start`/`inner_end` bound the passage itself."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    classes: tuple[str, ...]
    id: str
    values: tuple[tuple[str, str], ...]
    strange: str


def spans(text: str) -> tuple[list[Span], list[int]]:
    """The spans of a block, outermost first where they begin together, and the places of spans left open."""
    if "{" not in text:
        return [], []
    simple = _simple(text)
    if simple is not None:
        return simple, []
    found: list[Span] = []
    stray: list[int] = []
    opened: list[int] = []
    position = 0
    while True:
        match = _TOKENS.search(text, position)
        if match is None:
            break
        position = match.end()
        token = match[0]
        if token[0] == "`":
            closing = re.compile(rf"(?<!`){match[1]}(?!`)").search(text, position)
            position = closing.end() if closing else position
        elif token == "[":
            opened.append(match.start())
        elif token[0] == "]":
            start = opened.pop() if opened else None
            if match[2] is not None and _looks_like_attributes(match[2]):
                if start is None:
                    stray.append(match.start())
                    continue
                attrs, strange = attributes(match[2])
                classes = attrs.classes
                if "off" not in classes and _OFF.search(match[2]):  # a fault, and kept off all the same
                    classes += ("off",)
                inner = (start + 1, match.start())
                found.append(Span(start, match.end(), *inner, classes, attrs.id, attrs.values, strange))
        elif token[0] == "{":
            stray.append(match.start())
    return sorted(found, key=lambda span: (span.start, -span.end)), stray


def _simple(text: str) -> list[Span] | None:
    """The spans of a block that has no braces but those of plain [passage]{.theme}: nine in ten."""
    if any(sign in text for sign in ("`", "\\", "Off", "OFF")):
        return None
    found = [
        Span(m.start(), m.end(), m.start() + 1, m.end(1), tuple(m[2][1:].split(" .")), "", (), "")
        for m in _SIMPLE.finditer(text)
    ]
    return found if len(found) == text.count("{") == text.count("[") else None


def _looks_like_attributes(text: str) -> bool:
    """Whether braces after a passage were meant to code it: {.theme}, or {theme} without its point."""
    text = text.strip()
    return text[:1] in (".", "#") or "=" in text or _BARE_WORDS.fullmatch(text) is not None


def cut(text: str, unwanted: Callable[[tuple[str, ...]], bool]) -> str:
    """The text without the passages whose classes are unwanted (`.off`), the rest of its markup kept."""
    found, _stray = spans(text)
    pieces: list[str] = []
    position = 0
    for span in found:
        if span.start >= position and unwanted(span.classes):
            pieces.append(text[position : span.start])
            position = span.end
    return text if not pieces else _tidy("".join(pieces) + text[position:])


def without_off(text: str) -> str:
    """The text without what its writer keeps off every output."""
    return cut(text, lambda classes: "off" in classes) if _OFF.search(text) else text


def _tidy(text: str) -> str:
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def unwrap(text: str, keep: Callable[[tuple[str, ...]], bool] = lambda classes: False) -> str:
    """The text with span markup taken off and its words kept, but for spans whose classes are to stay."""
    found, _stray = spans(text)
    dropped = [False] * (len(text) + 1) if found else []
    for span in found:
        if not keep(span.classes):
            dropped[span.start] = True
            for index in range(span.inner_end, span.end):
                dropped[index] = True
    return "".join(c for c, gone in zip(text, dropped, strict=False) if not gone) if found else text


def plain(text: str) -> str:
    """A block's words as a reader sees them: spans, links, emphasis, code, escapes and entities undone."""
    if "]{" in text:
        text = unwrap(text)
    if "](" in text:
        text = _IMAGE_OR_LINK.sub(r"\1", text)
    if "[^" in text:
        text = _FOOTNOTE_CALL.sub("", text)
    if "*" in text or "~~" in text:
        text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    if "_" in text:
        text = _UNDERSCORE.sub(r"\2", text)
    if "`" in text:
        text = text.replace("`", "")
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text
