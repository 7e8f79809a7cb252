"""Quotations: where they stand in a text, and when two passages say the same words.

What counts as the same is the contract of fidelity: white space, kinds of quotation mark and apostrophe,
markup, theme spans, Unicode form, `…` for `...`, cuts (`[…]`, what remains keeps its order), `[words the
author adds]`, the first letter's case and final punctuation are set aside; nothing else is.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import NamedTuple

from consultkit.parse.inline import plain

ID = r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*"
CITATION = re.compile(rf"\[@{ID}(?:\s*;\s*@{ID})*\]")
CITED = re.compile(rf"@({ID})")
ANY_AT = re.compile(rf"(?<![\w.])@({ID})")
_BETWEEN = re.compile(r"[\s.,;:!?…)*_ ]*")
_CUT = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]")
_LETTER = re.compile(r"\[(\w)\](?=\w)")
_ADDED = re.compile(r"\[[^\[\]]*\]")
_QUOTES = str.maketrans(
    dict.fromkeys("«»“”„‟〝〞＂″‹›", '"') | dict.fromkeys("’‘‛ʼ`´′ʹꞌ", "'") | {"…": "..."}
)
_SINGLE = re.compile(r"(?<!\w)'|'(?!\w)")  # no apostrophe: a quotation mark
_SPACE = re.compile(r"[\s\u00ad\u200b\u2060\ufeff]+")
_AROUND = re.compile(r' ?([:;!?»,.)\]%"]) ?| ?([(«]) ?')
_INNER = re.compile(r'"([^"]*)"')
_SPACELESS = re.compile(r"(?<=[,;:!?.»)])(?=[^\W\d_])")
_EDGES = " .,;:!?…\"'()–—-"
_CLOSERS = {"«": "»", "“": "”", "„": "”“", "‹": "›", '"': '"'}
_FILL = "\u2060"  # fills the place of a mark that is written as an entity
_MARK = re.compile(r'[«“„‹"]|&(?:[lr]aquo|[lrb]dquo|[lr]saquo|quot|#\d+|#[xX][\da-fA-F]+);')
WORD = re.compile(r"\w+(?:['’]\w+)*")


def normalise(text: str) -> str:
    """The words of a passage, with all that the comparison sets aside made alike (cuts stay, as NUL)."""
    text = _CUT.sub("\0", text)
    text = plain(text)
    text = _LETTER.sub(r"\1", text)
    if "[" in text:
        text = _ADDED.sub(" ", text)
    text = _SINGLE.sub('"', unicodedata.normalize("NFC", text).translate(_QUOTES))
    return _AROUND.sub(r"\1\2", _SPACE.sub(" ", text)).strip()


def fragments(text: str) -> list[str]:
    """What remains of a quotation between its cuts, in order, ready to be looked for."""
    pieces = [piece.strip() for piece in normalise(text).split("\0")]
    pieces = [piece for piece in pieces if piece.strip(_EDGES)]
    if pieces:
        pieces[0] = pieces[0].lstrip(_EDGES)
        pieces[-1] = pieces[-1].rstrip(_EDGES)
    return pieces


def holds(passage: str, pieces: list[str]) -> bool:
    """Whether a normalised passage holds the fragments, whole words, in their order."""
    position = 0
    for index, piece in enumerate(pieces):
        found = _find(passage, piece, position, first=index == 0)
        if found < 0:
            return False
        position = found + len(piece)
    return bool(pieces)


def _find(passage: str, piece: str, position: int, *, first: bool) -> int:
    forms = {piece, piece[:1].lower() + piece[1:], piece[:1].upper() + piece[1:]} if first else {piece}
    starts = [start for form in forms if (start := _find_words(passage, form, position)) >= 0]
    return min(starts, default=-1)


def _find_words(passage: str, piece: str, position: int) -> int:
    start = passage.find(piece, position)
    while start >= 0:
        end = start + len(piece)
        inside_before = start > 0 and passage[start - 1].isalnum() and piece[0].isalnum()
        inside_after = end < len(passage) and passage[end].isalnum() and piece[-1].isalnum()
        if not inside_before and not inside_after:
            return start
        start = passage.find(piece, start + 1)
    return -1


class Quoted(NamedTuple):
    """Words in quotation marks: offsets of the marks, and of what stands between them."""

    start: int
    end: int
    inner: str


def quoted_passages(text: str) -> list[Quoted]:
    """The outermost passages in « », “ ”, „ “, ‹ › or "…" of a block."""
    if not _MARK.search(text):
        return []
    if "&" in text:
        text = _MARK.sub(lambda match: unescape(match[0]).ljust(len(match[0]), _FILL), text)
    found: list[Quoted] = []
    closers, start, depth, opener = "", 0, 0, ""
    for index, char in enumerate(text):
        if closers:
            if char == opener and opener not in closers:
                depth += 1
            elif char in closers:
                depth -= 1
                if depth == 0:
                    end = len(text) - len(text[index + 1 :].lstrip(_FILL))
                    found.append(Quoted(start, end, text[start + 1 : index].lstrip(_FILL)))
                    closers = ""
        elif char in _CLOSERS:
            opener, closers, start, depth = char, _CLOSERS[char], index, 1
    return found


class CitationMark(NamedTuple):
    """A citation in a block: its offsets and the notes it names."""

    start: int
    end: int
    ids: tuple[str, ...]


def citations(text: str) -> list[CitationMark]:
    """The citations of a block."""
    if "[@" not in text:
        return []
    return [
        CitationMark(match.start(), match.end(), tuple(CITED.findall(match[0])))
        for match in CITATION.finditer(text)
    ]


def citation_after(text: str, end: int, marks: list[CitationMark]) -> CitationMark | None:
    """The citation that follows a passage, with at most closing punctuation and white space between."""
    stop = _BETWEEN.match(text, end)
    reach = stop.end() if stop else end
    return next((mark for mark in marks if end <= mark.start <= reach), None)


def words(text: str) -> list[str]:
    """The words of a passage."""
    return WORD.findall(text)


class Nearest(NamedTuple):
    """The passage nearest to words that were not found, and what differs: (as quoted, as in the note)."""

    passage: str
    differences: tuple[tuple[str, str], ...]
    share: float


def nearest_passage(quoted: str, passages: list[str]) -> Nearest | None:
    """The passage that shares most words with a quotation, cut to where they meet; None where all are far."""
    import difflib

    mine = _spaced(normalise(quoted).replace("\0", " ")).split()
    best: Nearest | None = None
    for passage in passages:
        theirs = _spaced(passage).split()
        matcher = difflib.SequenceMatcher(
            None, [_key(w) for w in mine], [_key(w) for w in theirs], autojunk=False
        )
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        share = sum(block.size for block in blocks) / max(1, len(mine))
        if not blocks or share < 0.4 or (best and share <= best.share):
            continue
        first, last = blocks[0], blocks[-1]
        low = max(0, first.b - first.a)
        high = min(len(theirs), last.b + last.size + len(mine) - last.a - last.size)
        differences = tuple(
            (
                " ".join(mine[a1:a2]).strip(" ,;:"),
                " ".join(theirs[max(b1, low) : min(b2, high)]).strip(" ,;:"),
            )
            for tag, a1, a2, b1, b2 in matcher.get_opcodes()
            if tag != "equal" and (a2 > a1 or (b1 >= low and b2 <= high and b2 > b1))
        )
        best = Nearest(" ".join(theirs[low:high]), differences, share)
    return best


def _spaced(text: str) -> str:
    """Normalised words as a person writes them: with the spaces after punctuation."""
    return _SPACELESS.sub(" ", _INNER.sub(r" “\1” ", text))


def _key(word: str) -> str:
    return word.strip(_EDGES)
