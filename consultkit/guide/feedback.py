"""What the field says of the guide: passages marked .guide-feedback, questions often unanswered."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import NamedTuple

from consultkit.body import Part
from consultkit.kept_off import with_off
from consultkit.model import Guide, Project, Question
from consultkit.parse.inline import plain, spans, without_off
from consultkit.rules.answers import answered
from consultkit.rules.comparison import actor_types
from consultkit.text import fold

_NO_ANSWER = re.compile(r"\W*(sans reponse|refus|non posee|no answer|refused|not asked)\W*\Z")
OFTEN = 1 / 3  # of the consultations that were to ask it; and at least two of them


class Remark(NamedTuple):
    """A passage marked .guide-feedback: the note, the question's id ("" outside any), its words."""

    note: str
    question: str
    text: str


class Unanswered(NamedTuple):
    """A question and, by region, how many consultations left it without an answer, of how many asked."""

    question: Question
    regions: dict[str, tuple[int, int]]


def remarks(project: Project) -> list[Remark]:
    """The remarks of all notes, drafts too, in the guide's order; of none without consent."""
    order = list(project.guide.questions) if project.guide else []
    found = [
        Remark(note.id, part.heading.id, " ".join(plain(text[span.inner_start : span.inner_end]).split()))
        for note in project.notes
        if note.consent.withdrawn is None and (note.usable or not note.done)
        for part, off in with_off(note.body.parts)
        if not off
        for block in part.blocks
        if "guide-feedback" in block.text
        for text in [without_off(block.text)]
        for span in spans(text)[0]
        if "guide-feedback" in span.classes
    ]
    return sorted(found, key=lambda r: order.index(r.question) if r.question in order else len(order))


def often_unanswered(project: Project, guide: Guide) -> list[Unanswered]:
    """Questions that a third or more of the usable notes leave without an answer, the most first."""
    asked: dict[str, Counter[str]] = defaultdict(Counter)
    missed: dict[str, Counter[str]] = defaultdict(Counter)
    for note in project.notes:
        if not note.usable or note.guide_version not in ("", guide.version):
            continue
        types, parts = actor_types(project, note), {part.heading.id: part for part in note.body.parts}
        for question in guide.questions.values():
            if question.asked_of(types):
                asked[question.id][note.region] += 1
                missed[question.id][note.region] += not _told(parts.get(question.id), question)
    shares = {
        id_: missed[id_].total() / asked[id_].total() for id_ in guide.questions if missed[id_].total() > 1
    }
    often = sorted((id_ for id_ in shares if shares[id_] >= OFTEN), key=lambda id_: -shares[id_])
    return [
        Unanswered(guide.questions[id_], {r: (missed[id_][r], asked[id_][r]) for r in asked[id_]})
        for id_ in often
    ]


def _told(part: Part | None, question: Question) -> bool:
    """Whether a part holds an answer that says something: “not asked” or “refused” do not."""
    if part is None or not answered(part, question):
        return False
    return not all(_NO_ANSWER.match(fold(plain(block.text))) for block in part.blocks)
