"""F: what a synthesis must hold, section by section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from consultkit.diagnostic import Finding, Severity
from consultkit.evidence import Statement, ledger
from consultkit.i18n import _
from consultkit.model import Project, Synthesis
from consultkit.parse.inline import plain
from consultkit.rules.base import rule, told
from consultkit.rules.comparison import drift, meant
from consultkit.rules.fidelity import malformed
from consultkit.rules.known import colliding
from consultkit.schema.declare import SPECIAL_SECTIONS
from consultkit.text import did_you_mean, listing

_PICTURES = re.compile(r"(?:\s*!\[[^\]]*\]\([^()]*\))+\s*")


@rule("F001")
def unknown_synthesis_key(project: Project) -> Iterator[Finding]:
    """A key of a synthesis's header that nothing reads.

    File: notes/gao/synthese.md
    Bad:
        regoin: gao
    Good:
        region: gao
    """
    return told(project, "synthesis-unknown-key")


@rule("F002")
def missing_synthesis_key(project: Project) -> Iterator[Finding]:
    """A key that a synthesis needs is missing.

    Without “kind” nothing tells a synthesis from a consultation.

    File: notes/gao/synthese.md
    Bad:
        ---
        region: gao
    Good:
        ---
        kind: synthesis
        region: gao
    """
    return told(project, "synthesis-missing-key")


@rule("F003")
def bad_synthesis_value(project: Project) -> Iterator[Finding]:
    """A value of a synthesis's header is not of the kind that its key takes.

    File: notes/gao/synthese.md
    Bad:
        status: presque
    Good:
        status: done
    """
    return told(project, "synthesis-value")


@rule("F004")
def unknown_section(project: Project) -> Iterator[Finding]:
    """A section of a synthesis is not in the guide.

    Findings are laid side by side by the guide's sections: this one would be in none.

    File: notes/gao/synthese.md
    Bad:
        ## Contexte {#context}
    Good:
        ## Contexte {#contexte}
    """
    guide = project.guide
    if guide is None or not guide.sound:
        return
    for synthesis in project.syntheses:
        special = () if synthesis.region else SPECIAL_SECTIONS
        known = [*guide.section_by_id, *special, *drift(project).unknown]
        for part in synthesis.body.parts:
            heading = part.heading
            if heading.level > 2 or heading.id in known:
                continue
            help = _("Sections: {names}.").format(names=listing(known, 20))
            if heading.id:
                message = _("No section has the id “{id}” here.").format(id=heading.id)
                yield Finding(heading.place, message, did_you_mean(heading.id, known) or help)
            else:
                yield Finding(heading.place, _("This section has no id."), help)


def _finished(project: Project) -> Iterator[tuple[Synthesis, list[Statement]]]:
    for synthesis, statements in ledger(project).statements:
        if synthesis.done and synthesis.kind == "synthesis":
            yield synthesis, statements


@rule("F014", Severity.WARNING)
def finding_without_citation(project: Project) -> Iterator[Finding]:
    """A finding of a finished synthesis cites no note.

    Every finding rests on notes that can be opened.

    File: notes/gao/synthese.md
    Bad:
        L'accès recule.
    Good:
        L'accès recule [@GAO-01].
    """
    guide = project.guide
    if guide is None or not guide.sound:
        return
    unsound = {fault.place[:2] for fault in project.faults if fault.kind.startswith("md-")}
    for _synthesis, statements in _finished(project):
        for statement, following in zip_longest(statements, statements[1:]):
            if statement.within not in guide.section_by_id or statement.block.kind in ("code", "rule"):
                continue
            told_elsewhere = statement.uncited or malformed(project, statement.block)
            if statement.citations or told_elsewhere or statement.place[:2] in unsound:
                continue
            pictures = _PICTURES.fullmatch(statement.block.text) or statement.block.text.startswith("[^")
            if not pictures and plain(statement.block.text).strip() and not _leads_to(statement, following):
                message = _("This finding cites no note.")
                yield Finding(statement.place, message, _("Put [@ID] after it, or several: [@ID; @ID]."))


def _leads_to(statement: Statement, following: Statement | None) -> bool:
    """Whether a block is carried by the one after it: it announces a quotation, or is one cited there."""
    if following is None or following.within != statement.within or not following.citations:
        return False
    if statement.block.kind == "quote":
        return bool(statement.quotations)
    return statement.block.text.rstrip().endswith(":")


@rule("F015", Severity.WARNING)
def section_without_finding(project: Project) -> Iterator[Finding]:
    """A finished synthesis says nothing under a section of the guide.

    File: notes/gao/synthese.md
    Bad:
        ## Organisation {#organisation}
    Good:
        ## Organisation {#organisation}

        Une des organisations entendues est petite [@GAO-01].
    """
    guide = project.guide
    if guide is None or not guide.sound:
        return
    for synthesis, statements in _finished(project):
        told_sections = {statement.within for statement in statements if plain(statement.block.text).strip()}
        present = {part.heading.id: part.heading for part in synthesis.body.parts}
        known = (*guide.section_by_id, *(() if synthesis.region else SPECIAL_SECTIONS))
        misnamed = {meant(h, guide) for id_, h in present.items() if h.level <= 2 and id_ not in known}
        wanted = [s for s in guide.sections if not s.observation and (synthesis.region or s.id in present)]
        for section in wanted:
            if section.id not in told_sections and section.id not in misnamed:
                heading = present.get(section.id)
                place = heading.place if heading else synthesis.data.place()
                message = _("The section “{title}” {{#{id}}} has no finding.")
                text = message.format(title=section.title, id=section.id)
                yield Finding(place, text, _("Write what the notes say, or that nobody spoke of it."))


@rule("F016", Severity.WARNING)
def note_never_cited(project: Project) -> Iterator[Finding]:
    """A finished synthesis leaves out a note that is done.

    Every voice is accounted for: what was heard is used, or its absence is seen.

    File: notes/gao/synthese.md
    Bad:
        D'autres le confirment [@GAO-01].
    Good:
        D'autres le confirment [@GAO-02].
    """
    cited = {id_.casefold() for id_ in ledger(project).cited_notes}
    for synthesis in (*project.syntheses, *project.lessons):
        for block in synthesis.body.blocks():
            cited.update(id_.casefold() for _start, id_ in malformed(project, block))
    finished = {synthesis.region for synthesis in project.syntheses if synthesis.done}
    for note in project.notes:
        if note.region not in finished or note.attribution == "none" or not note.usable:
            continue
        names = {note.id, note.file.rsplit("/", 1)[-1].removesuffix(".md"), note.follow_up_of}
        if cited.isdisjoint(map(str.casefold, names)) and note.file not in colliding(project):
            message = _("No synthesis cites {id}.").format(id=note.id)
            help = _("Cite it where it says something, in notes/{region}/.").format(region=note.region)
            yield Finding(note.data.place("id"), message, help)


@rule("F018")
def two_syntheses(project: Project) -> Iterator[Finding]:
    """Two syntheses for one region.

    The report would have to choose.

    File: notes/gao/synthese-bis.md
    Bad:
        (copy of notes/gao/synthese.md)
    Good:
        (absent)
    """
    seen: dict[str, Synthesis] = {}
    known = [s for s in project.syntheses if s.region or not s.data.has("region")]
    for synthesis in sorted(known, key=lambda s: (len(s.file), s.file)):
        first = seen.setdefault(synthesis.region, synthesis)
        if first is not synthesis:
            place = synthesis.data.place("region" if synthesis.region else "kind")
            message = _("{file} is already the synthesis of this region.").format(file=first.file)
            yield Finding(place, message, _("Join the two, or correct the region."))


RULES = (
    unknown_synthesis_key, missing_synthesis_key, bad_synthesis_value, unknown_section,
    finding_without_citation, section_without_finding, note_never_cited, two_syntheses,
)  # fmt: skip
