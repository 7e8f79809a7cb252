"""N: what stands in a note's body, held against the guide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from consultkit.body import Block, Heading, Part
from consultkit.diagnostic import Finding, Place, Severity
from consultkit.files import THEMES
from consultkit.i18n import _
from consultkit.model import Guide, Note, Project, Question, Synthesis
from consultkit.parse.inline import Span, plain, spans
from consultkit.rules import glance
from consultkit.rules.base import rule, told
from consultkit.rules.comparison import (
    FEWEST_NOTES,
    REMOVED_QUESTIONS,
    asked,
    comparable,
    drift,
    drifted,
    lacks,
    meant,
    of_guide,
    order,
    place_in,
    reworded,
    unlike,
)
from consultkit.schema.declare import RESERVED_THEMES
from consultkit.text import did_you_mean, fold

KNOWN_CLASSES = frozenset(("off", "translation", "guide-feedback"))
_EMPTY = re.compile(r"\W*(a completer|a remplir|todo|tbd|to do|to be completed|xxx+|)\W*\Z")
_MANY_WORDS = re.compile(r"(?:[^\W_]+[\W_]+){4}")  # no placeholder has as many: the shortest way to an answer
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)")
_BULLET = re.compile(r"[-*+]\s+|\d+[.)]\s+")


def answered(part: Part, question: Question) -> bool:
    """Whether something stands under a heading that a person would call an answer: not the probes alone."""
    probes: set[str] = set()
    for block in part.blocks:
        if block.kind != "list" and _MANY_WORDS.search(block.text):
            return True
        text = fold(plain(block.text))
        if _EMPTY.match(text):
            continue
        if block.kind == "list" and not probes:
            probes = {fold(plain(probe)) for probe in question.probes}
        if block.kind != "list" or any(
            line.strip() not in probes for line in _BULLET.sub("", text).split("\n")
        ):
            return True
    return False


@rule("N012")
def required_question_unanswered(project: Project) -> Iterator[Finding]:
    """A required question has no answer in a note that says done.

    “sans réponse”, “refus”, “non posée”, “non applicable” are answers; an empty line, the probes alone, “à
    compléter” or “…” are none.

    File: notes/gao/GAO-01.md
    Bad:
        à compléter
    Good:
        L'association existe depuis dix ans.
        Elle emploie six personnes.
    """
    for note, guide in comparable(project):
        if not note.done:
            continue
        for part, question in _perhaps_unanswered(note, guide):
            if answered(part, question) or _empty_quote(part) or _stands_above(note, part):
                continue
            if asked(project, note, question):
                message = _("This question must be answered before the note is done.")
                help = _("Write the answer, or “sans réponse”, “refus”, “non posée”, “non applicable”.")
                yield Finding(part.heading.place, message, help)


def _perhaps_unanswered(note: Note, guide: Guide) -> Iterator[tuple[Part, Question]]:
    """The required questions of a note, but for those whose answer is seen at once."""
    outline = note.body.outline
    if outline is not None:
        for index, question in glance.unanswered(note.body, outline, guide):
            yield note.body.parts[index], question
        return
    for part in note.body.parts:
        question_of = guide.questions.get(part.heading.id)
        if question_of and question_of.required:
            yield part, question_of


def _stands_above(note: Note, part: Part) -> bool:
    """Whether the heading is there before, with its answer: told as standing twice."""
    return any(p.heading.id == part.heading.id for p in note.body.parts[: note.body.parts.index(part)])


def _empty_quote(part: Part) -> bool:
    """Whether a block quote without words stands in place of the answer: it is told as such."""
    return any(block.kind == "quote" and is_empty(block) for block in part.blocks)


@rule("N013")
def heading_removed(project: Project) -> Iterator[Finding]:
    """A heading of the guide is missing from a note.

    What was not asked is said under the question (“non posée”); a question that is gone says nothing.

    File: notes/gao/GAO-02.md
    Bad:
        ## Contexte {#contexte}

        > Les gens ont peur, mais ils continuent d'aller au marché.
    Good:
        ## Contexte {#contexte}

        ### Quelles tensions ? {#tensions .required}

        > Les gens ont peur, mais ils continuent d'aller au marché.
    """
    for id_, count in drift(project).missing.items():
        if _first_told(project, id_):
            assert project.guide is not None
            message = _("{count} notes of this version lack this heading.")
            yield of_guide(place_in(project.guide, id_), message, count)
    for note, guide in comparable(project):
        if glance.like_guide(note, guide) and not lacks(project, note, guide):
            continue
        present: dict[str, Heading] = {}
        for part in note.body.parts:
            present.setdefault(part.heading.id, part.heading)
        gone = drifted(project, guide).missing
        if present.keys() | gone.keys() >= guide.section_by_id.keys() | guide.questions.keys():
            continue
        for part in note.body.parts:
            if part.heading.id not in guide.section_by_id and part.heading.id not in guide.questions:
                present.setdefault(meant(part.heading, guide), part.heading)
        yield from _missing(project, note, guide, present, gone)


def _first_told(project: Project, missing: str) -> bool:
    """Whether it tells more than that its section is missing, or that notes have it under another id."""
    assert project.guide is not None
    found, guide = drift(project), project.guide
    meant_for = {meant(found.headings[id_][0], guide) for id_ in found.unknown}
    question = guide.questions.get(missing)
    return missing not in meant_for and not (question and question.section in found.missing)


def _missing(
    project: Project, note: Note, guide: Guide, present: dict[str, Heading], gone: Collection[str]
) -> Iterator[Finding]:
    """A section that is gone is told once, not once more for each of its questions."""
    previous = note.data.place()
    for section in guide.sections:
        questions = [q for q in section.questions if asked(project, note, q)]
        there = [q for q in questions if q.id in present]
        if section.id in present:
            previous = present[section.id].place
        elif section.id not in gone and (questions or not section.questions):
            place = present[there[0].id].place if there else previous
            message = _("The section “{text}” {{#{id}}} is missing here.")
            text = message.format(text=section.title, id=section.id)
            required = any(question.required for question in questions)
            yield Finding(place, text, _("Put its heading back."), _weight(note, required))
            if not there:
                continue
        for question in questions:
            if question.id not in present and question.id not in gone:
                message = _("The question “{text}” {{#{id}}} is missing here.")
                text = message.format(text=question.text, id=question.id)
                help = _("Put its heading back, with “non posée” if it was not asked.")
                yield Finding(previous, text, help, _weight(note, question.required))


def _weight(note: Note, required: bool) -> Severity:
    return Severity.ERROR if required and note.done else Severity.WARNING


@rule("N014")
def unknown_heading(project: Project) -> Iterator[Finding]:
    """A heading of a note is not in the guide.

    What stands under it would be in no section of the report.

    File: notes/gao/GAO-01.md
    Bad:
        ### Quelles tensions ? {#tension .required}
    Good:
        ### Quelles tensions ? {#tensions .required}
    """
    found = drift(project)
    for id_, count in found.unknown.items():
        heading, section = found.headings[id_]
        if section == id_ or section not in found.unknown:
            assert project.guide is not None
            message = _("{count} notes of this version have a heading {{#{id}}}, which the guide lacks.")
            yield of_guide(place_in(project.guide, meant(heading, project.guide)), message, count, id=id_)
    for note, guide in unlike(project):
        gone = drifted(project, guide).unknown
        known = {**guide.section_by_id, **guide.questions, **gone}
        seen: dict[str, Heading] = {}
        spared = False
        for part in note.body.parts:
            heading = part.heading
            if heading.level <= 2:
                spared = heading.id == REMOVED_QUESTIONS or heading.id in gone
            if spared:
                continue
            if heading.id not in known:
                yield _unknown(heading, guide)
            elif seen.setdefault(heading.id, heading) is not heading:
                message = _("The heading {{#{id}}} stands twice (first on line {line}).")
                text = message.format(id=heading.id, line=seen[heading.id].place.line)
                yield Finding(heading.place, text, _("Join the two answers under one heading."))


def _unknown(heading: Heading, guide: Guide) -> Finding:
    near = meant(heading, guide)
    if heading.id:
        message = _("The guide has no heading {{#{id}}}.").format(id=heading.id)
        help = _("Did you mean “{near}”?").format(near=near)
    else:
        message, help = _("This heading has no id."), _("Add {{#{id}}} at its end.").format(id=near)
    return Finding(heading.place, message, help if near else _("Copy the heading from the guide."))


@rule("N015", Severity.WARNING)
def heading_renamed(project: Project) -> Iterator[Finding]:
    """A heading of a note has other words than the guide's.

    The answer is found by the id, but a reader of the note would read another question.

    File: notes/gao/GAO-01.md
    Bad:
        ### Quels conflits ? {#tensions .required}
    Good:
        ### Quelles tensions ? {#tensions .required}
    """
    for id_, count in drift(project).renamed.items():
        assert project.guide is not None
        message = _("{count} notes of this version have other words in this heading.")
        yield of_guide(place_in(project.guide, id_), message, count)
    for note, guide in unlike(project):
        for heading, text in reworded(note, guide):
            if heading.id not in drifted(project, guide).renamed:
                message = _("The guide says “{text}”.").format(text=text)
                yield Finding(heading.place, message, _("Copy the heading from the guide."))


@rule("N016", Severity.WARNING)
def heading_out_of_order(project: Project) -> Iterator[Finding]:
    """The headings of a note stand in another order than the guide's, or under another section.

    Notes are read side by side: the same question stands in the same place.

    File: notes/gao/GAO-01.md
    Bad:
        ### Vos projets ? {#projets types="ongi"}

        Un seul projet, dans le cercle d'Ansongo.

        ### Votre mandat ? {#mandat .identifying .required}

        <!-- à relire -->
        L'association existe depuis dix ans.
        Elle emploie six personnes.
    Good:
        ### Votre mandat ? {#mandat .identifying .required}

        <!-- à relire -->
        L'association existe depuis dix ans.
        Elle emploie six personnes.

        ### Vos projets ? {#projets types="ongi"}

        Un seul projet, dans le cercle d'Ansongo.
    """
    if drift(project).moved:
        assert project.guide is not None
        message = _("{count} notes of this version have their headings in another order.")
        yield of_guide(place_in(project.guide, ""), message, drift(project).moved)
    for note, guide in unlike(project):
        if drifted(project, guide).moved:
            continue
        places = order(guide)
        headings = [part.heading for part in note.body.parts if part.heading.id in places]
        positions = [places[heading.id] for heading in headings]
        if any(a > b for a, b in pairwise(positions)):
            for heading, message in _strays(headings, guide, places):
                yield Finding(heading.place, message, _("Move it, with its answer, to its place."))


def _strays(headings: list[Heading], guide: Guide, order: dict[str, int]) -> Iterator[tuple[Heading, str]]:
    """The fewest headings that stand out of order: sections among sections, questions within their own."""
    first: dict[str, Heading] = {}
    headings = [heading for heading in headings if first.setdefault(heading.id, heading) is heading]
    sections = [heading for heading in headings if heading.id in guide.section_by_id]
    present = {heading.id for heading in sections}
    under: dict[str, list[Heading]] = {section: [] for section in guide.section_by_id}
    current = ""
    for heading in headings:
        if heading.id in present:
            current = heading.id
            continue
        section = guide.questions[heading.id].section
        if section == current or section not in present:
            under[section].append(heading)
        else:
            message = _("In the guide, this question stands in the section “{title}”.")
            yield heading, message.format(title=guide.section_by_id[section].title)
    for group in (sections, *under.values()):
        for heading in out_of_order(group, [order[heading.id] for heading in group]):
            yield heading, _("This heading comes earlier in the guide.")


def out_of_order(headings: list[Heading], positions: list[int]) -> list[Heading]:
    """The fewest headings to move so that the others stand in order; of equals, those further down."""
    if all(a <= b for a, b in pairwise(positions)):
        return []
    longest = [1] * len(positions)  # of the orderly runs that begin here
    for i in reversed(range(len(positions))):
        after = [longest[j] for j in range(i + 1, len(positions)) if positions[j] > positions[i]]
        longest[i] += max(after, default=0)
    wanted, last, strays = max(longest), -1, []
    for heading, position, run in zip(headings, positions, longest, strict=True):
        if position > last and run >= wanted:
            wanted, last = run - 1, position
        else:
            strays.append(heading)
    return strays


@rule("N017")
def unknown_theme(project: Project) -> Iterator[Finding]:
    """A passage is coded with a theme that the codebook does not have.

    It would be counted nowhere.

    File: notes/gao/GAO-01.md
    Bad:
        [difficile]{.acess}
    Good:
        [difficile]{.acces}
    """
    if not project.themes_sound:
        return
    known = set(project.theme_by_id) | KNOWN_CLASSES
    coded = [(item.file, item.block, span) for item in braces(project) if item.of_note for span in item.spans]
    files = {(name, file) for file, _block, span in coded for name in span.classes if name not in known}
    unknown = Counter(name for name, _file in files)
    if len(unknown) <= _broken_themes(project):
        unknown.clear()
    if unknown and not project.themes and THEMES not in project.files:
        message = _("The codebook {file} is missing: no passage is counted.").format(file=THEMES)
        yield Finding(Place(THEMES), message, _("Put it back, or write it anew, with the notes' themes."))
        unknown.clear()
    for name, count in sorted(unknown.items()):
        if count >= FEWEST_NOTES:
            message = _("{count} notes have passages coded “{name}”: the codebook has no such theme.")
            near = did_you_mean(name, known - RESERVED_THEMES) or _add_theme(name)
            yield Finding(Place(THEMES), message.format(count=count, name=name), near)
    for file, block, span in coded:
        where = block.text.find("{", span.inner_end)
        for name in span.classes:
            if 0 < unknown[name] < FEWEST_NOTES:
                index = block.text.find("." + name, where)
                message = _("The codebook has no theme “{name}”.").format(name=name)
                help = did_you_mean(name, known - RESERVED_THEMES | KNOWN_CLASSES) or _add_theme(name)
                yield Finding(block.place(file, index, len(name) + 1), message, help)
        if span.strange or span.values or span.id:
            message = _("Only themes (.theme) can stand in these braces.")
            place = block.place(file, where, span.end - where)
            yield Finding(place, message, _("Write [passage]{.theme}."))


def _broken_themes(project: Project) -> int:
    """How many themes have no id of their own: told elsewhere, and what is coded with them is not."""
    faults = sum(fault.place.file == THEMES and fault.kind != "file-bom" for fault in project.faults)
    return faults + len(project.themes) - len(project.theme_by_id)


def _add_theme(name: str) -> str:
    return _("Add “{name}” to guides/themes.yaml, or choose one of its themes.").format(name=name)


@rule("N018")
def span_left_open(project: Project) -> Iterator[Finding]:
    """A coded passage is not closed, or not opened.

    The theme would be lost and the braces would be printed.

    File: notes/gao/GAO-01.md
    Bad:
        [difficile{.acces}
    Good:
        [difficile]{.acces}
    """
    for item in braces(project):
        for index in item.stray:
            message = _("These braces close no passage.")
            help = _("Write [passage]{.theme}: a [ before, a ] just before the {.")
            yield Finding(item.block.place(item.file, index), message, help)


class Braces(NamedTuple):
    """A block with braces: its coded passages, and the braces that close none."""

    file: str
    block: Block
    spans: list[Span]
    stray: list[int]
    of_note: bool


@lru_cache(maxsize=2)
def braces(project: Project) -> list[Braces]:
    """Every block with braces, read once for all the rules; notes coded plainly, with known themes, aside."""
    known = frozenset(name.encode() for name in (*project.theme_by_id, *KNOWN_CLASSES))
    notes = [note for note in project.notes if not glance.plainly_coded(note.body, known)]
    documents: list[Note | Synthesis] = [*notes, *project.syntheses, *project.lessons]
    return [
        Braces(document.file, block, *spans(block.text), isinstance(document, Note))
        for document in documents
        for block in document.body.blocks()
        if "{" in block.text and block.kind != "code"
    ]


@rule("N019")
def empty_block_quote(project: Project) -> Iterator[Finding]:
    """A block quote holds no words.

    A block quote is what was said; an empty one says that something is missing.

    File: notes/gao/GAO-01.md
    Bad:
        >
    Good:
        > La salle était pleine et personne ne parlait.
    """
    for note in project.notes:
        if glance.words_in_quotes(note.body):
            continue
        for block in note.body.blocks():
            if block.kind == "quote" and not _MANY_WORDS.search(block.text) and is_empty(block):
                mark = project.sources[note.file].line(block.line).find(">") + 1
                message = _("This block quote is empty.")
                help = _("Write the words as spoken, or delete the >.")
                yield Finding(Place(note.file, block.line, max(1, mark)), message, help)


def is_empty(block: Block) -> bool:
    """Whether a block holds no words."""
    return not re.search(r"\w", block.text) or not re.search(r"\w", plain(block.text))


@rule("N020")
def vanishing_text(project: Project) -> Iterator[Finding]:
    """Text that would vanish from every document.

    HTML, raw blocks and definitions of links are not shown: every visible word of a note must reach its
    reader.

    File: notes/gao/GAO-01.md
    Bad:
        Le <responsable> est parti.
    Good:
        Le responsable est parti.
    """
    seen: set[tuple[str, str]] = set()  # of tags that were opened: a pair of them is one fault
    for finding in told(project, "md-vanish"):
        file, line, column, _length = finding.place
        tag = _TAG.match(project.sources[file].line(line), column - 1)
        if tag is None or not tag[1] or (file, tag[2]) not in seen:
            yield finding
        if tag and not tag[1]:
            seen.add((file, tag[2]))


RULES = (
    required_question_unanswered, heading_removed, unknown_heading, heading_renamed,
    heading_out_of_order, unknown_theme, span_left_open, empty_block_quote, vanishing_text,
)  # fmt: skip
