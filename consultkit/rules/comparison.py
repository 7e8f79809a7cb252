"""Notes held against the guide, one by one and all at once.

A guide that was changed, and not its version, differs from every note made with it: that is one fault of the
guide, told there, and not one in each note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from consultkit.body import Heading
from consultkit.diagnostic import Finding, Place
from consultkit.i18n import _
from consultkit.model import Guide, GuideSection, Note, Project, Question
from consultkit.rules import glance
from consultkit.text import fold, nearest

REMOVED_QUESTIONS = "retired"  # the section in which `guide upgrade` keeps the answers of removed questions
FEWEST_NOTES = 3  # from which the guide is at fault, and no note


def comparable(project: Project) -> Iterator[tuple[Note, Guide]]:
    """The notes whose body can be held against the guide, with the guide of the version they name."""
    guide = project.guide
    if guide is None or not guide.sound:
        return
    swallowed = {fault.place.file for fault in project.faults if fault.kind == "md-fence"}
    for note in project.notes:
        if note.file in swallowed:
            continue
        version = project.guide_of(note.guide_version)
        if version is not None:
            yield note, version


def unlike(project: Project) -> Iterator[tuple[Note, Guide]]:
    """Those of which some heading is not the guide's, or stands in another order."""
    return (pair for pair in comparable(project) if not glance.like_guide(*pair))


def actor_types(project: Project, note: Note) -> set[str]:
    """The types of the actors heard; empty where none is known."""
    known = project.mapping.actor_by_id if project.mapping else {}
    return {known[actor].type for actor in note.actors if actor in known}


def asked(project: Project, note: Note, question: Question) -> bool:
    """Whether a question was to be asked; where the actor is not known, only what is asked of all."""
    return question.asked_of(actor_types(project, note))


def lacks(project: Project, note: Note, guide: Guide) -> bool:
    """Whether a note lacks a section, or a question that was to be asked."""
    assert note.body.outline is not None
    found = glance.held(note.body.outline, guide)
    return found.sections_missing or any(asked(project, note, question) for question in found.missing)


def meant(heading: Heading, guide: Guide) -> str:
    """The id of the guide's section or question that an unknown heading is probably meant for, or nothing."""
    titles = {fold(section.title): section.id for section in guide.sections}
    titles |= {fold(question.text): question.id for question in guide.questions.values()}
    words = fold(heading.text)
    if words in titles:
        return titles[words]
    by_id = nearest(heading.id, [*guide.questions, *guide.section_by_id]) if heading.id else None
    if by_id:
        return by_id
    near = nearest(heading.text, titles)
    return titles[near] if near else ""


@lru_cache(maxsize=4096)  # the notes of a campaign have the same headings
def words(text: str) -> list[str]:
    """The words of a heading, as they are compared."""
    return re.findall(r"\w+", fold(text))


@lru_cache(maxsize=8)
def order(guide: Guide) -> dict[str, int]:
    """The place of each section and question in the guide, by id."""
    ids = [id_ for section in guide.sections for id_ in (section.id, *(q.id for q in section.questions))]
    return {id_: index for index, id_ in enumerate(ids)}


def foreign(note: Note, guide: Guide) -> Iterator[tuple[Heading, str]]:
    """The headings of a note that the guide lacks, with the id of their section; none of those kept aside."""
    section = ""
    for part in note.body.parts:
        heading = part.heading
        if heading.level <= 2:
            section = heading.id
        if section != REMOVED_QUESTIONS and heading.id not in guide.section_by_id | guide.questions:
            yield heading, section


def reworded(note: Note, guide: Guide) -> Iterator[tuple[Heading, str]]:
    """The headings of a note that have other words than the guide's, each with these."""
    for part in note.body.parts:
        question, section = guide.questions.get(part.heading.id), guide.section_by_id.get(part.heading.id)
        text = question.text if question else section.title if section else None
        if text is not None and text != part.heading.text and words(text) != words(part.heading.text):
            yield part.heading, text


class Drift(NamedTuple):
    """What many notes of the guide's own version say otherwise than the guide: ids, and how many notes."""

    unknown: dict[str, int]
    missing: dict[str, int]
    renamed: dict[str, int]
    moved: int
    headings: dict[str, tuple[Heading, str]]  # of unknown ids: a heading, and the id of its section


@lru_cache(maxsize=2)
def drift(project: Project) -> Drift:
    """Holds the guide against all notes of its version; where most agree with it, nothing has drifted."""
    unknown: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    renamed: Counter[str] = Counter()
    headings: dict[str, tuple[Heading, str]] = {}
    moved = 0
    notes = [note for note, version in comparable(project) if version is project.guide]
    for note in notes:
        assert project.guide is not None
        guide = project.guide
        if glance.like_guide(note, guide) and not lacks(project, note, guide):
            continue
        strange = {pair[0].id: pair for pair in foreign(note, guide) if pair[0].id}
        unknown.update(strange.keys())
        headings = strange | headings
        renamed.update({heading.id for heading, _text in reworded(note, guide)})
        present = [part.heading.id for part in note.body.parts]
        questions = [q.id for q in guide.questions.values() if asked(project, note, q)]
        missing.update({*guide.section_by_id, *questions} - {*present})
        places = order(guide)
        moved += any(a > b for a, b in pairwise(places[id_] for id_ in present if id_ in places))

    def most(id_: str, count: int) -> bool:
        question = project.guide.questions.get(id_) if project.guide else None
        of = sum(asked(project, note, question) for note in notes) if question else len(notes)
        return count >= FEWEST_NOTES and 2 * count > of

    return Drift(
        {id_: count for id_, count in unknown.items() if count >= FEWEST_NOTES},
        {id_: count for id_, count in missing.items() if most(id_, count)},
        {id_: count for id_, count in renamed.items() if most(id_, count)},
        moved if most("", moved) else 0,
        headings,
    )


_NO_DRIFT = Drift({}, {}, {}, 0, {})


def drifted(project: Project, guide: Guide) -> Drift:
    """What has drifted of a guide; of an earlier version, nothing."""
    return drift(project) if guide is project.guide else _NO_DRIFT


def place_in(guide: Guide, id_: str) -> Place:
    """The place of a heading of the guide, else of its version."""
    held: GuideSection | Question | None = guide.questions.get(id_) or guide.section_by_id.get(id_)
    return held.heading.place if held else guide.data.place("version")


def of_guide(place: Place, message: str, count: int, **values: str) -> Finding:
    """A finding in the guide, for what many notes say otherwise."""
    help = _("Put it back as it was, or give the guide a new version and run `consultkit guide upgrade`.")
    return Finding(place, message.format(count=count, **values), help)
