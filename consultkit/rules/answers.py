"""N: what stands in a note's body, held against the guide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consultkit.diagnostic import Finding, Severity
from consultkit.i18n import _
from consultkit.model import Guide, Heading, Note, Part, Project, Question
from consultkit.parse.inline import plain, spans
from consultkit.rules.base import rule, told
from consultkit.schema.declare import RESERVED_THEMES
from consultkit.text import did_you_mean, fold, nearest

KNOWN_CLASSES = frozenset(("off", "translation", "guide-feedback"))
REMOVED_QUESTIONS = "retired"  # the section in which `guide upgrade` keeps the answers of removed questions
_EMPTY = re.compile(r"(a completer|a remplir|todo|tbd|to do|to be completed|xxx+|\W*)\W*\Z")


def comparable(project: Project) -> Iterator[tuple[Note, Guide]]:
    """The notes whose body can be held against the guide, with the guide of the version they name."""
    guide = project.guide
    if guide is None or not guide.sound:
        return
    for note in project.notes:
        version = project.guide_of(note.guide_version)
        if version is not None:
            yield note, version


def actor_types(project: Project, note: Note) -> set[str]:
    """The types of the actors heard; empty where none is known."""
    known = project.mapping.actor_by_id if project.mapping else {}
    return {known[actor].type for actor in note.actors if actor in known}


def asked(project: Project, note: Note, question: Question) -> bool:
    """Whether a question was asked in a note: unknown actors are not doubted twice."""
    types = actor_types(project, note)
    return not question.types or not types or question.asked_of(types)


def answered(part: Part) -> bool:
    """Whether something stands under a heading that a person would call an answer."""
    return any(not _EMPTY.match(fold(plain(block.text))) for block in part.blocks)


@rule("N012")
def required_question_unanswered(project: Project) -> Iterator[Finding]:
    """A required question has no answer in a note that says done.

    “sans réponse”, “refus”, “non posée”, “non applicable” are answers; an empty line, the probes alone, “à
    compléter” or “…” are none.

    File: notes/gao/GAO-01.md
    Bad:
        L'association existe depuis dix ans.
    Good:
        L'association existe depuis dix ans.
        Elle emploie six personnes.
    """
    for note, guide in comparable(project):
        if not note.done:
            continue
        for part in note.body.parts:
            question = guide.questions.get(part.heading.id)
            if question and question.required and asked(project, note, question) and not answered(part):
                message = _("This question must be answered before the note is done.")
                help = _("Write the answer, or “sans réponse”, “refus”, “non posée”, “non applicable”.")
                yield Finding(part.heading.place, message, help)


@rule("N013")
def heading_removed(project: Project) -> Iterator[Finding]:
    """A heading of the guide is missing from a note.

    What was not asked is said under the question (“non posée”); a question that is gone says nothing.

    File: notes/gao/GAO-01.md
    Bad:
        ## Contexte {#contexte}

        L'accès
    Good:
        ## Contexte {#contexte}

        ### Quelles tensions ? {#tensions .required}

        L'accès
    """
    for note, guide in comparable(project):
        present = {part.heading.id for part in note.body.parts}
        previous = None
        for question in guide.questions.values():
            if question.id in present or _renamed_heading(note, question):
                previous = next((p.heading for p in note.body.parts if p.heading.id == question.id), previous)
                continue
            if not asked(project, note, question):
                continue
            severity = Severity.ERROR if question.required and note.done else Severity.WARNING
            section = next((p.heading for p in note.body.parts if p.heading.id == question.section), None)
            place = (section or previous).place if (section or previous) else note.data.place()
            message = _("The question “{text}” {{#{id}}} is missing here.").format(
                text=question.text, id=question.id
            )
            yield Finding(
                place, message, _("Put its heading back, with “non posée” if it was not asked."), severity
            )


def _renamed_heading(note: Note, question: Question) -> bool:
    """Whether the question's words stand in the note under another id, or under none: that is told there."""
    words = fold(question.text)
    return any(fold(part.heading.text) == words for part in note.body.parts)


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
    for note, guide in comparable(project):
        known = {**guide.section_by_id, **guide.questions}
        seen: dict[str, Heading] = {}
        kept = False
        for part in note.body.parts:
            heading = part.heading
            if heading.level <= 2:
                kept = heading.id == REMOVED_QUESTIONS
            if kept:
                continue
            if heading.id not in known:
                yield _unknown(heading, guide)
            elif seen.setdefault(heading.id, heading) is not heading:
                message = _("The heading {{#{id}}} stands twice (first on line {line}).")
                text = message.format(id=heading.id, line=seen[heading.id].place.line)
                yield Finding(heading.place, text, _("Join the two answers under one heading."))


def _unknown(heading: Heading, guide: Guide) -> Finding:
    titles = {fold(q.text): q.id for q in guide.questions.values()}
    titles |= {fold(section.title): section.id for section in guide.sections}
    near = nearest(heading.text, titles)
    by_title = titles.get(near) if near else None
    if not heading.id:
        message = _("This heading has no id.")
        help = (
            _("Add {{#{id}}} at its end.").format(id=by_title)
            if by_title
            else _("Copy the heading from the guide.")
        )
        return Finding(heading.place, message, help)
    message = _("The guide has no heading {{#{id}}}.").format(id=heading.id)
    ids = [*guide.questions, *guide.section_by_id]
    help = did_you_mean(heading.id, ids)
    if by_title and fold(heading.text) in titles:
        help = _("Did you mean “{near}”?").format(near=by_title)
    return Finding(heading.place, message, help or _("Copy the heading from the guide."))


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
    for note, guide in comparable(project):
        for part in note.body.parts:
            question, section = guide.questions.get(part.heading.id), guide.section_by_id.get(part.heading.id)
            text = question.text if question else section.title if section else None
            if text is not None and _words(text) != _words(part.heading.text):
                message = _("The guide says “{text}”.").format(text=text)
                yield Finding(part.heading.place, message, _("Copy the heading from the guide."))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


@rule("N016", Severity.WARNING)
def heading_out_of_order(project: Project) -> Iterator[Finding]:
    """The headings of a note stand in another order than the guide's, or under another section.

    Notes are read side by side: the same question stands in the same place.

    File: notes/gao/GAO-01.md
    Bad:
        ## Contexte {#contexte}

        ### Votre mandat ? {#mandat .identifying .required}
    Good:
        ## Contexte {#contexte}
    """
    for note, guide in comparable(project):
        order: dict[str, int] = {}
        for section in guide.sections:
            order[section.id] = len(order)
            for question in section.questions:
                order[question.id] = len(order)
        last, seen = -1, set()
        for part in note.body.parts:
            position = order.get(part.heading.id)
            if position is None or part.heading.id in seen:
                continue
            seen.add(part.heading.id)
            if position < last:
                message = _("This heading comes earlier in the guide.")
                yield Finding(part.heading.place, message, _("Move it, with its answer, to its place."))
            else:
                last = position


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
    for note in project.notes:
        for block in note.body.blocks():
            if "]{" not in block.text:
                continue
            for span in spans(block.text)[0]:
                where = block.text.find("{", span.inner_end)
                for name in span.classes:
                    if name not in known:
                        index = block.text.find("." + name, where)
                        message = _("The codebook has no theme “{name}”.").format(name=name)
                        help = did_you_mean(name, known - RESERVED_THEMES | KNOWN_CLASSES)
                        yield Finding(
                            block.place(note.file, index, len(name) + 1), message, help or _add_theme(name)
                        )
                if span.strange or span.values or span.id:
                    message = _("Only themes (.theme) can stand in these braces.")
                    length = span.end - where
                    yield Finding(
                        block.place(note.file, where, length), message, _("Write [passage]{.theme}.")
                    )


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
    documents = [(note.file, note.body) for note in project.notes]
    documents += [(s.file, s.body) for s in (*project.syntheses, *project.lessons)]
    for file, body in documents:
        for block in body.blocks():
            if "{" in block.text and block.kind != "code":
                for index in spans(block.text)[1]:
                    message = _("These braces close no passage.")
                    help = _("Write [passage]{.theme}: a [ before, a ] just before the {.")
                    yield Finding(block.place(file, index), message, help)


@rule("N019")
def empty_block_quote(project: Project) -> Iterator[Finding]:
    """A block quote holds no words.

    A block quote is what was said; an empty one says that something is missing.

    File: notes/gao/GAO-01.md
    Bad:
        >
    Good:
        > On ne passe plus après seize heures, et tout le monde le sait.
    """
    for note in project.notes:
        for block in note.body.blocks():
            if block.kind == "quote" and not re.search(r"\w", plain(block.text)):
                message = _("This block quote is empty.")
                yield Finding(
                    block.place(note.file), message, _("Write the words as spoken, or delete the >.")
                )


@rule("N020")
def vanishing_text(project: Project) -> Iterator[Finding]:
    """Text that would vanish from every document.

    HTML, raw blocks and definitions of links are not shown: every visible word of a note must reach its reader.

    File: notes/gao/GAO-01.md
    Bad:
        Le <responsable> est parti.
    Good:
        Le responsable est parti.
    """
    return told(project, "md-vanish")


RULES = (
    required_question_unanswered, heading_removed, unknown_heading, heading_renamed, heading_out_of_order,
    unknown_theme, span_left_open, empty_block_quote, vanishing_text,
)  # fmt: skip
