"""Consultations as values that may be exported: what is told of a note is what `disclose` tells.

In the shared edition a consultation is a number in an order that tells nothing but its region; it is there
only where `share` would give it. Texts are plain, and coded passages are places in them, in code points.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from consultkit.body import Block
from consultkit.disclose import Disclosure, ShownNote
from consultkit.evidence import is_translation
from consultkit.i18n import _, language
from consultkit.model import NAMED, Actor, Note, Project, Theme
from consultkit.parse.inline import plain, spans

Value = str | int | bool

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"  # no characters: they mark passages while markup is taken off
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SOFT_BREAK = re.compile(r"(?<!\n)(?: +|\\)?\n(?!\n)")


@dataclass(frozen=True, slots=True)
class Coded:
    """A coded passage: where it begins and ends in its text, in code points, and its themes."""

    start: int
    end: int
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A block of an answer, without markup."""

    text: str
    quote: bool
    translation: bool
    coded: tuple[Coded, ...]

    def marked(self) -> tuple[str, int]:
        """The text as it stands among others, words as spoken in quotation marks; and how far it moved."""
        if not self.quote or self.text[:1] in "«“":
            return self.text, 0
        return (f"«\u00a0{self.text}\u00a0»", 2) if language() == "fr" else (f"“{self.text}”", 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """A heading of a note and what stands below it."""

    section: str
    question: str
    heading: str
    held_back: bool
    blocks: tuple[Words, ...]

    @property
    def text(self) -> str:
        """The answer as one text."""
        return "\n\n".join(block.marked()[0] for block in self.blocks)


@dataclass(frozen=True)
class Consultation:
    """What an edition may tell of a note; `seed` is what identifiers made of it may rest on."""

    key: str
    title: str
    seed: str
    region: str
    quotable: bool
    facts: dict[str, Value]
    people: tuple[dict[str, Value], ...]
    answers: tuple[Answer, ...]


class Records:
    """The consultations and actors of one project that one edition may hold, in the language in use."""

    def __init__(self, project: Project, edition: str, region: str = "") -> None:
        assert project.mapping is not None
        self.project, self.mapping = project, project.mapping
        self.disclosure = Disclosure(project, edition)
        self.region = region

    @property
    def internal(self) -> bool:
        """Whether the export stays in the team."""
        return self.disclosure.internal

    @property
    def title(self) -> str:
        """The campaign's, without the codes of notes where these stay in the team."""
        return self.disclosure.without_codes(self.mapping.campaign.title)

    @property
    def regions(self) -> dict[str, str]:
        """Names of the regions, by id."""
        return {region.id: region.name for region in self.mapping.region_by_id.values()}

    @cached_property
    def consultations(self) -> tuple[Consultation, ...]:
        """The consultations: by code in the team, else under the numbers that `share` gives them."""
        disclosure, regions = self.disclosure, list(self.regions)
        if self.internal:
            notes = [n for n in self.project.notes if disclosure.citable(n) and n.region in regions]
            notes.sort(key=lambda note: (regions.index(note.region), note.id))
            made = [
                self._consultation(note, disclosure.note(note), note.id, note.id, note.id) for note in notes
            ]
        else:
            made = []
            ordered = disclosure.in_shared_order()
            for number, (note, shown, seed) in enumerate(ordered, 1):
                key = f"{number:0{max(2, len(str(len(ordered))))}}"
                title = _("Consultation {number}").format(number=key)
                made.append(self._consultation(note, shown, key, title, f"{seed}/{number}"))
        return tuple(one for one in made if self.region in ("", one.region))

    @cached_property
    def left_out(self) -> int:
        """How many usable notes the edition does not hold, in the regions asked for."""
        usable = [n for n in self.project.notes if n.usable and self.region in ("", n.region)]
        return len(usable) - len(self.consultations)

    def _consultation(
        self, note: Note, shown: ShownNote | None, key: str, title: str, seed: str
    ) -> Consultation:
        own: dict[str, Value] = {"consultation": key}
        facts = own | self._facts(note)
        answers = tuple(_answers(shown, self.themes)) if shown else ()
        people = tuple(own | line for line in self._people(note))
        quotable = self.disclosure.quotable(note)
        return Consultation(key, title, seed, note.region, quotable, facts, people, answers)

    def _facts(self, note: Note) -> dict[str, Value]:
        """What may stand beside the attribution: date and place never below the organisation, nor outside."""
        level, actors = self.disclosure.level(note), self.disclosure.actors(note)
        told = [code for code in note.languages if self.disclosure.language_may_be_told(note, code)]
        facts: dict[str, Value] = {
            "attribution": self.disclosure.attribution(note),
            "region": self.regions[note.region],
            "type": "" if level == "region" else self.types(actors),
            "organisation": " ; ".join(actor.name for actor in actors) if level in NAMED else "",
            "month": f"{note.date:%Y-%m}" if note.date else "",
            "mode": note.mode, "format": note.format, "languages": " ; ".join(told),
            "verbatim": note.verbatim, "persons": note.persons,
        }  # fmt: skip
        if self.internal:
            named = level in NAMED
            facts |= {
                "date": note.date.isoformat() if named and note.date else "",
                "place": note.place_name if named else "", "minutes": note.minutes or "",
                "interpreter": note.interpreter, "interviewer": note.interviewer,
                "guide_version": note.guide_version, "follow_up_of": note.follow_up_of,
                "confidential": note.sensitivity == "confidential", "may_be_quoted": note.consent.quote,
            }  # fmt: skip
        return facts

    def types(self, actors: Sequence[Actor]) -> str:
        """The names of actors' types, each once."""
        known = self.mapping.type_by_id
        return " ; ".join(dict.fromkeys(known[a.type].name if a.type in known else a.type for a in actors))

    def _people(self, note: Note) -> Iterator[dict[str, Value]]:
        """The persons heard: below the organisation their number alone."""
        level = self.disclosure.level(note)
        if level not in NAMED:
            if note.persons:
                yield {"role": "", "gender": "", "age": "", "count": note.persons}
            return
        for person in note.participants:
            role = person.role if level == "role" else ""
            yield {"role": role, "gender": person.gender, "age": person.age, "count": person.count}

    @cached_property
    def actors(self) -> tuple[Actor, ...]:
        """The organisations present, in the order of their names: this never tells who was heard."""
        present = (
            actor for actor in self.mapping.actor_by_id.values()
            if actor.kind == "organisation" and actor.review != "remove"
            and (not self.region or self.region in actor.regions)
        )  # fmt: skip
        return tuple(sorted(present, key=lambda actor: actor.name))

    @cached_property
    def themes(self) -> dict[str, Theme]:
        """The codebook."""
        return self.project.theme_by_id

    def marks(self, draft: bool) -> list[str]:
        """What whoever opens the export must know first."""
        lines = [_("Shared as the persons heard agreed. Coded, not anonymous.")]
        if self.internal:
            internal = _("Internal edition: coded, not anonymous. For the team alone.")
            lines = [internal, _("Restricted distribution")]
        if not self.project.names_checked:
            lines.append(_("Attention: names not checked"))
        return lines + ([_("Draft")] if draft else [])

    def said(self) -> str:
        """All words of the consultations and the codebook, for the gate."""
        pieces = [f"{theme.name}\n{theme.description}" for theme in self.themes.values()]
        for one in self.consultations:
            pieces += [value for value in one.facts.values() if isinstance(value, str)]
            pieces += [str(line["role"]) for line in one.people]
            pieces += [f"{answer.heading}\n{answer.text}" for answer in one.answers]
        return "\n".join(pieces)


def clean(text: str) -> str:
    """Text that XML can hold, its lines ended by \\n."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _answers(shown: ShownNote, themes: Container[str]) -> Iterator[Answer]:
    """The headings that may be shown, and what stands below each."""
    section = question = ""
    for part in shown.parts:
        if part.level <= 2:
            section, question = part.id, ""
        else:
            question = part.id if part.level == 3 else part.id or question
        blocks = (_words(block, text, themes) for block, text in part.blocks if block.kind != "rule")
        yield Answer(section, question, clean(part.title), part.held_back, tuple(blocks))


def _words(block: Block, text: str, themes: Container[str]) -> Words:
    """A block's words without markup, and where its coded passages stand in them."""
    text = clean(text).strip()
    passages = [span for span in spans(text)[0] if any(name in themes for name in span.classes)]
    themed = (tuple(name for name in span.classes if name in themes) for span in passages)
    edits = [(span.start, span.inner_start, _OPEN) for span in passages]
    edits += [(span.inner_end, span.end, _CLOSE) for span in passages]
    for start, end, sign in sorted(edits, reverse=True):
        text = text[:start] + sign + text[end:]
    text = plain(text)
    if "\n" in text and block.kind in ("paragraph", "quote"):
        text = _SOFT_BREAK.sub(" ", text)
    said, coded, opened = "", list[Coded](), list[tuple[int, tuple[str, ...]]]()
    for piece in re.split(f"([{_OPEN}{_CLOSE}])", text):
        if piece == _OPEN:
            opened.append((len(said), next(themed)))
        elif piece == _CLOSE:
            start, names = opened.pop()
            coded += [Coded(start, len(said), names)] if start < len(said) else []
        else:
            said += piece
    coded.reverse()  # of two with the same words, the outer one is told first
    coded.sort(key=lambda one: (one.start, -one.end))
    quote = block.kind == "quote"
    return Words(said, quote, quote and is_translation(block), tuple(coded))
