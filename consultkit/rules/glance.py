"""A first look at a note: most have the guide's headings, whole answers and plain passages, nothing to tell.

What is found sound here is sound; of what is not, the rules read the blocks and judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from consultkit.body import Body, Outline
from consultkit.model import Guide, Note, Question

_CODES = re.compile(rb"\](?=\{)\{\.([A-Za-z][\w-]*(?: \.[A-Za-z][\w-]*)*)\}")
_ALL_BUT_BRACKETS = bytes({*range(256)} - {*b"[]\n"})
# What begins a quote with a letter or digit, quotation marks and spaces aside.
_WORD = (
    rb"[ ]?(?:[\[\"'(]|\xc2\xab|\xe2\x80[\x98\x9c])?(?:[ ]|\xc2\xa0|\xe2\x80\xaf)*"
    rb"(?:[A-Za-z0-9]|\xc3[\x80-\x96\x98-\xb6\xb8-\xbf])"
)
_NO_WORD_AFTER = re.compile(rb">(?!" + _WORD + rb")")
_NO_WORD_QUOTED = re.compile(rb"\n[ \t]*>(?!" + _WORD + rb")")


class Held(NamedTuple):
    """An outline held against a guide: whether its headings are the guide's, in order, and what it lacks."""

    fits: bool
    sections_missing: bool
    missing: tuple[Question, ...]
    required: dict[int, Question]  # by the index of the heading


@lru_cache(maxsize=4096)
def held(outline: Outline, guide: Guide) -> Held:
    """Holds an outline against a guide: once for all notes that have the same."""
    order: dict[tuple[str, str], int] = {}
    for section in guide.sections:
        order[section.id, section.title] = len(order)
        for question in section.questions:
            order[question.id, question.text] = len(order)
    places = [order.get(heading, -1) for heading in outline.headings]
    fits = all(low < high for low, high in zip([-1, *places], places, strict=False))
    ids = {id_ for id_, _text in outline.headings}
    return Held(
        fits,
        not guide.section_by_id.keys() <= ids,
        tuple(question for question in guide.questions.values() if question.id not in ids),
        {
            index: guide.questions[id_]
            for index, (id_, _text) in enumerate(outline.headings)
            if id_ in guide.questions and guide.questions[id_].required
        },
    )


def like_guide(note: Note, guide: Guide) -> bool:
    """Whether every heading of a note is one of the guide's, word for word and in its order."""
    return note.body.outline is not None and held(note.body.outline, guide).fits


def unanswered(body: Body, outline: Outline, guide: Guide) -> Iterator[tuple[int, Question]]:
    """The required questions below which no answer is seen at once, with the index of their heading."""
    required = held(outline, guide).required
    return ((index, required[index]) for index in body.unseen if index in required)


def plainly_coded(body: Body, themes: frozenset[bytes]) -> bool:
    """Whether all braces of a text are its headings' and those of plain passages coded with known themes."""
    signs, outline = body.signs, body.outline
    if outline is None or b"`" in signs or b"\\" in signs or b"|" in signs or b"<" in signs:
        return False
    braces, brackets = signs.count(b"{") - outline.braces, signs.count(b"[") - outline.brackets
    if not braces and not brackets:
        return True
    passages = signs.translate(None, _ALL_BUT_BRACKETS).count(b"[]")  # each on one line, none within another
    if outline.brackets or not passages == braces == brackets:
        return False
    found = body.every(_CODES)
    return len(found) == braces and all(themes.issuperset(codes.split(b" .")) for codes in set(found))


def words_in_quotes(body: Body) -> bool:
    """Whether each line of a block quote begins with a word."""
    if body.outline is None:
        return False
    if b">" not in body.signs or not body.holds(_NO_WORD_AFTER):
        return True  # few signs to look at, where there are many lines
    return not body.holds(_NO_WORD_QUOTED)
