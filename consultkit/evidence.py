"""The ledger of evidence: what each synthesis quotes and cites, proved against the notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from consultkit.body import Block, Heading
from consultkit.diagnostic import Place
from consultkit.kept_off import heading_words, left_open, with_off
from consultkit.model import NAMED, Guide, Note, Project, Synthesis
from consultkit.parse.inline import spans, without_off
from consultkit.quotation import (
    CitationMark,
    Nearest,
    citation_after,
    citations,
    fragments,
    holds,
    nearest_passage,
    normalise,
    quoted_passages,
    words,
)
from consultkit.text import fold

MIN_UNCITED_WORDS = 6
_BRACKETS = re.compile(r"[\[\]]|\{[^{}]*\}?")


class Source(StrEnum):
    """What a passage of a note is: only a verbatim may be quoted."""

    VERBATIM = "verbatim"
    SUMMARY = "summary"
    OBSERVATION = "observation"
    OFF = "off"
    IDENTIFYING = "identifying"


class Passage(NamedTuple):
    """A passage of a note, its words normalised; `translation` where it translates the words spoken."""

    note: str
    source: Source
    words: str
    question: str
    place: Place
    translation: bool


class Quotation(NamedTuple):
    """A quotation in a synthesis: its words as written, the notes cited for it, and where it stands."""

    text: str
    ids: tuple[str, ...]
    place: Place
    file: str
    section: str
    block: bool


class Cited(NamedTuple):
    """A citation in a synthesis: the notes, and the place of each id."""

    ids: tuple[str, ...]
    places: tuple[Place, ...]
    section: str


class Statement(NamedTuple):
    """A block of a synthesis, what it cites and quotes; `uncited`: quoted words (six or more) without one."""

    section: str
    block: Block
    place: Place
    citations: tuple[Cited, ...]
    quotations: tuple[Quotation, ...]
    uncited: tuple[Quotation, ...]
    within: str = ""  # the section, where `section` is a heading of its own below it


class Proof(NamedTuple):
    """What became of a quotation: the passage that holds it, or why none does."""

    quotation: Quotation
    passage: Passage | None
    found_as: Source | None
    elsewhere: str = ""  # another note that holds the words
    nearest: Nearest | None = None

    @property
    def holds(self) -> bool:
        """Whether the words stand verbatim in a cited note."""
        return self.found_as is Source.VERBATIM


def statements(synthesis: Synthesis) -> list[Statement]:
    """The blocks of a synthesis, in order, with their citations and quotations."""
    found = list(_statements_of(synthesis, synthesis.body.preamble, ""))
    within = ""
    for part, off in with_off(synthesis.body.parts):
        if off:
            continue
        name = part.heading.id or heading_words(part.heading)
        within = name if part.heading.level <= 2 else within
        found += [one._replace(within=within) for one in _statements_of(synthesis, part.blocks, name)]
    return found


def _statements_of(synthesis: Synthesis, blocks: tuple[Block, ...], section: str) -> Iterator[Statement]:
    for index, block in enumerate(blocks):
        marks = citations(block.text)
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        cited = tuple(_cited(block, mark, synthesis.file, section) for mark in marks)
        if block.kind == "quote":
            quotations, uncited = _block_quotation(synthesis, block, marks, following, section)
        else:
            quotations, uncited = _inline_quotations(synthesis, block, marks, section)
        yield Statement(section, block, block.place(synthesis.file), cited, tuple(quotations), tuple(uncited))


def _cited(block: Block, mark: CitationMark, file: str, section: str) -> Cited:
    places = []
    position = mark.start
    for note in mark.ids:
        position = block.text.index("@" + note, position)
        places.append(block.place(file, position, len(note) + 1))
        position += len(note) + 1
    return Cited(mark.ids, tuple(places), section)


def _block_quotation(
    synthesis: Synthesis, block: Block, marks: list[CitationMark], following: Block | None, section: str
) -> tuple[list[Quotation], list[Quotation]]:
    """A block quote, cited by the end of its last line or by the start of the paragraph that follows."""
    text = block.text
    ids: tuple[str, ...] = ()
    if marks and not text[marks[-1].end :].strip(' .,;:!?…)»”"*_\n'):
        text, ids = text[: marks[-1].start] + text[marks[-1].end :], marks[-1].ids
    elif following is not None and following.kind == "paragraph":
        opening = citations(following.text)
        if opening and not following.text[: opening[0].start].strip():
            ids = opening[0].ids
    place = block.place(synthesis.file, 0, len(block.text.split("\n")[0]))
    quotation = Quotation(text.strip(), ids, place, synthesis.file, section, True)
    if ids:
        return [quotation], []
    return [], [quotation] if len(words(text)) >= MIN_UNCITED_WORDS else []


def _inline_quotations(
    synthesis: Synthesis, block: Block, marks: list[CitationMark], section: str
) -> tuple[list[Quotation], list[Quotation]]:
    quotations: list[Quotation] = []
    uncited: list[Quotation] = []
    for quoted in quoted_passages(block.text):
        place = block.place(synthesis.file, quoted.start, quoted.end - quoted.start)
        mark = citation_after(block.text, quoted.end, marks)
        ids = mark.ids if mark else ()
        quotation = Quotation(quoted.inner.strip(), ids, place, synthesis.file, section, False)
        if mark:
            quotations.append(quotation)
        elif len(words(quoted.inner)) >= MIN_UNCITED_WORDS:
            uncited.append(quotation)
    return quotations, uncited


class Ledger:
    """Proofs for one project; passages of a note are read once, when first asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._passages: dict[str, list[Passage]] = {}
        self._proofs: dict[Quotation, Proof] = {}
        self._reserved: dict[str, Passage | None] = {}

    @cached_property
    def statements(self) -> list[tuple[Synthesis, list[Statement]]]:
        """Every synthesis and the lessons, each with its statements."""
        documents = (*self.project.syntheses, *self.project.lessons)
        return [(document, statements(document)) for document in documents]

    @cached_property
    def cited_notes(self) -> frozenset[str]:
        """Ids of the notes that some synthesis or lesson cites."""
        return frozenset(
            note
            for _document, found in self.statements
            for statement in found
            for cited in statement.citations
            for note in cited.ids
        )

    def passages(self, note: Note) -> list[Passage]:
        """The passages of a note, each as what it is."""
        if note.file not in self._passages:
            self._passages[note.file] = list(_passages(note, self.project))
        return self._passages[note.file]

    def prove(self, quotation: Quotation) -> Proof:
        """A quotation looked for in the notes it cites, once; of what was not found, what comes nearest."""
        if quotation not in self._proofs:
            self._proofs[quotation] = self._prove(quotation)
        return self._proofs[quotation]

    def _prove(self, quotation: Quotation) -> Proof:
        pieces = fragments(quotation.text)
        notes = [note for id_ in quotation.ids if (note := self.project.note_by_id.get(id_))]
        held = [p for note in notes for p in self.passages(note) if holds(p.words, pieces)]
        for source in Source:
            passage = next((passage for passage in held if passage.source is source), None)
            if passage:
                return Proof(quotation, passage, source)
        near = nearest_passage(
            quotation.text,
            [p.words for note in notes for p in self.passages(note) if p.source is Source.VERBATIM],
        )
        elsewhere = "" if near and near.share > 0.7 else self._elsewhere(quotation, pieces)
        return Proof(quotation, None, None, elsewhere, near)

    def holds(self, quotation: Quotation, note: Note) -> bool:
        """Whether some passage of a note holds the quotation's words."""
        pieces = fragments(quotation.text)
        return any(holds(passage.words, pieces) for passage in self.passages(note))

    def reserved(self, text: str) -> Passage | None:
        """The passage that holds these words (six or more), where none that may be quoted does."""
        if text not in self._reserved:
            self._reserved[text] = self._find_reserved(text)
        return self._reserved[text]

    def _find_reserved(self, text: str) -> Passage | None:
        if len(words(text)) < MIN_UNCITED_WORDS:
            return None
        pieces = fragments(text)
        if any(holds(passage.words, pieces) for passage in self._split[0]):
            return None
        runs = {run for run in _runs(normalise(text)) if run in self._reserved_runs}
        runs -= {run for passage in self._split[0] if runs for run in _runs(passage.words)}
        held = (passage for passage in self._split[1] if holds(passage.words, pieces))
        return next(held, None) or min((self._reserved_runs[run] for run in runs), default=None)

    @cached_property
    def _split(self) -> tuple[list[Passage], list[Passage]]:
        """The passages of notes that may be quoted, and those that nobody may quote, whoever is cited."""
        open_, reserved = [], []
        for note in self.project.notes:
            for passage in self.passages(note):
                if _is_reserved(note, passage):
                    reserved.append(passage)
                elif _quotable(note):
                    open_.append(passage)
        return open_, reserved

    @cached_property
    def _reserved_runs(self) -> dict[str, Passage]:
        """Six words in a row of what nobody may quote, and where they stand."""
        return {run: passage for passage in reversed(self._split[1]) for run in _runs(passage.words)}

    def _elsewhere(self, quotation: Quotation, pieces: list[str]) -> str:
        for note in self.project.notes:
            if note.id not in quotation.ids and _quotable(note):
                for passage in self.passages(note):
                    if passage.source is Source.VERBATIM and holds(passage.words, pieces):
                        return note.id
        return ""


def _is_reserved(note: Note, passage: Passage) -> bool:
    """Whether nobody may quote a passage, whoever is cited for it."""
    if passage.source in (Source.OFF, Source.IDENTIFYING):
        return True
    return passage.source is Source.VERBATIM and not _quotable(note)


def _runs(text: str) -> Iterator[str]:
    """Each six words in a row of a normalised text, folded."""
    found = words(fold(text))
    for at in range(len(found) - MIN_UNCITED_WORDS + 1):
        yield " ".join(found[at : at + MIN_UNCITED_WORDS])


def _quotable(note: Note) -> bool:
    return note.usable and note.attribution != "none" and note.consent.quote


@lru_cache(maxsize=2)
def ledger(project: Project) -> Ledger:
    """The project's ledger, made once."""
    return Ledger(project)


def _passages(note: Note, project: Project) -> Iterator[Passage]:
    guide, known = project.guide, project.mapping.actor_by_id if project.mapping else {}
    observation, hidden_below = False, 0  # the level of the heading whose answers identify
    below = note.attribution not in NAMED or not known.keys() >= set(note.actors)
    for part, off in with_off(note.body.parts):
        classes = part.heading.attributes.classes
        section = guide.section_by_id.get(part.heading.id) if guide else None
        if part.heading.level <= 2:
            observation = "observation" in classes or bool(section and section.observation)
        if part.heading.level <= hidden_below or not hidden_below:
            hidden_below = part.heading.level if below and identifies(part.heading, guide) else 0
        for block in part.blocks:
            translation = block.kind == "quote" and is_translation(block)
            for source, text in _texts(block):
                kind = Source.OFF if off else source
                if kind is not Source.OFF and hidden_below:
                    kind = Source.IDENTIFYING
                elif kind is Source.VERBATIM and observation:
                    kind = Source.OBSERVATION
                yield Passage(note.id, kind, text, part.heading.id, block.place(note.file), translation)
    for block in note.body.preamble:
        for source, text in _texts(block):
            yield Passage(note.id, source, text, "", block.place(note.file), False)


def identifies(heading: Heading, guide: Guide | None) -> bool:
    """Whether what stands below a heading tells who speaks, by its mark or the guide's.

    One whose id the guide lacks is known by its words: a mistyped id gives nobody away.
    """
    if "identifying" in heading.attributes.classes or guide is None:
        return "identifying" in heading.attributes.classes
    known = guide.questions.get(heading.id) or guide.section_by_id.get(heading.id)
    if known is not None:
        return known.identifying
    asked = fold(heading.text)
    return any(fold(one.text) == asked for one in guide.questions.values() if one.identifying) or any(
        fold(one.title) == asked for one in guide.sections if one.identifying
    )


def is_translation(block: Block) -> bool:
    """Whether a block quote, or its last paragraph, translates the words spoken."""
    return "{.translation" in block.text and any(
        "translation" in span.classes for span in spans(block.text)[0]
    )


def _texts(block: Block) -> Iterator[tuple[Source, str]]:
    """The block's words: what was spoken, what is summary, and what its writer keeps off."""
    text = without_off(block.text)
    if left_open(text):
        yield Source.OFF, normalise(_BRACKETS.sub("", block.text))
        return
    whole = normalise(block.text) if text != block.text else ""
    if block.kind == "quote":
        yield Source.VERBATIM, normalise(text)
    else:
        for quoted in quoted_passages(text):
            yield Source.VERBATIM, normalise(quoted.inner)
        yield Source.SUMMARY, normalise(text)
    if whole:
        yield Source.OFF, whole
