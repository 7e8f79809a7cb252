"""F: syntheses and lessons, held against the notes they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from consultkit.body import Block
from consultkit.diagnostic import Finding, Place, Severity
from consultkit.evidence import Passage, Proof, Quotation, Source, Statement, ledger
from consultkit.files import MAPPING, place_at
from consultkit.i18n import N_, _
from consultkit.model import Note, Project, Synthesis
from consultkit.quotation import ANY_AT, CITATION
from consultkit.rules.base import rule
from consultkit.rules.known import damaged, faulty, misplaced
from consultkit.text import did_you_mean

NOBODYS = N_("Take the quotation out; or its quotation marks, where these are a title and nobody's words.")
_CODE = re.compile(r"(?<![\w@/#.-])[A-Za-z]+(?:[-_][A-Za-z]+)*[-_]\d+(?![\w-]|\.[a-z])")
_OWN_ID = re.compile(r"\bid:\s*[\"']?\Z")
_BRACKETED = re.compile(r"(?<=\[)@([\w-]+)")


def _statements(project: Project) -> Iterator[tuple[Synthesis, Statement]]:
    return ((document, one) for document, found in ledger(project).statements for one in found)


def _citations(project: Project) -> Iterator[tuple[Synthesis, str, Place, Note | None]]:
    for synthesis, statement in _statements(project):
        for cited in statement.citations:
            for note, place in zip(cited.ids, cited.places, strict=True):
                yield synthesis, note, place, project.note_by_id.get(note)


@rule("F005")
def unknown_note_cited(project: Project) -> Iterator[Finding]:
    """A citation names a note that does not exist.

    The finding rests on nothing that anybody could open.

    File: notes/gao/synthese.md
    Bad:
        L'accès recule [@GAO-77].
    Good:
        L'accès recule [@GAO-01].
    """
    for _synthesis, id_, place, note in _citations(project):
        if note is None and id_ not in project.known_ids:
            message = _("No note has the id “{id}”.").format(id=id_)
            yield Finding(place, message, did_you_mean(id_, project.known_ids))


@rule("F006")
def unusable_note_cited(project: Project) -> Iterator[Finding]:
    """A citation names a draft, or a note whose consent was withdrawn.

    Only done and validated notes whose consent stands may be used.

    File: notes/gao/GAO-01.md
    Bad:
        status: draft
    Good:
        status: done
    """
    for _synthesis, id_, place, note in _citations(project):
        if note is None or note.usable:
            continue
        if not note.done:
            if note.file not in faulty(project):
                help = _("Finish the note and set its status to done, or cite another.")
                yield Finding(place, _("{id} is a draft.").format(id=id_), help)
        elif note.consent.withdrawn:
            help = _("Take the citation and what rests on it out.")
            yield Finding(place, _("Consent to {id} was withdrawn.").format(id=id_), help)


@rule("F007")
def unattributable_note_cited(project: Project) -> Iterator[Finding]:
    """A citation names a note whose attribution is “none”.

    The person asked to be neither quoted nor cited.

    File: notes/gao/GAO-01.md
    Bad:
        attribution: none
    Good:
        attribution: type
    """
    for _synthesis, id_, place, note in _citations(project):
        if note is None or not note.usable or note.attribution != "none":
            continue
        unread = note.data.has("attribution") and not note.data.get("attribution")
        if not unread:
            message = _("{id} may be neither quoted nor cited (attribution: none).").format(id=id_)
            yield Finding(place, message, _("Take the citation out, or ask the person again."))


def _proofs(project: Project) -> Iterator[Proof]:
    """The quotations whose notes may be quoted at all, each with what became of it."""
    for _synthesis, statement in _statements(project):
        for quotation in statement.quotations:
            notes = [project.note_by_id.get(id_) for id_ in quotation.ids]
            if all(note is not None and note.usable for note in notes):
                yield ledger(project).prove(quotation)


@rule("F008")
def quoted_without_consent(project: Project) -> Iterator[Finding]:
    """A quotation from a note whose consent does not allow quoting.

    The person agreed to be heard, not to be quoted word for word.

    File: notes/gao/GAO-01.md
    Bad:
        quote: false
    Good:
        quote: true
    """
    for _synthesis, statement in _statements(project):
        for quotation in statement.quotations:
            for note in _quoted_notes(project, quotation):
                if note.usable and note.attribution != "none" and _refuses(note):
                    message = _("{id} may not be quoted (consent.quote is not true).").format(id=note.id)
                    yield Finding(quotation.place, message, _("Say it in your own words and cite the note."))
    for quotation, passage in _reserved(project):
        if passage.source not in (Source.OFF, Source.IDENTIFYING):
            message = _("These words stand in {id} (line {line}), which may not be quoted.")
            text = message.format(id=passage.note, line=passage.place.line)
            yield Finding(quotation.place, text, _(NOBODYS))


def _reserved(project: Project) -> Iterator[tuple[Quotation, Passage]]:
    """Quoted words that cite no note, or another, and stand where nobody may quote them."""
    for _synthesis, statement in _statements(project):
        for quotation in statement.uncited:
            if passage := ledger(project).reserved(quotation.text):
                yield quotation, passage
    for proof in _proofs(project):
        if proof.found_as is None and (passage := ledger(project).reserved(proof.quotation.text)):
            yield proof.quotation, passage


def _quoted_notes(project: Project, quotation: Quotation) -> list[Note]:
    """Of several notes cited for a quotation, those that hold its words; all, where none does."""
    notes = [note for id_ in quotation.ids if (note := project.note_by_id.get(id_))]
    if len(notes) < 2 or all(note.consent.quote for note in notes):
        return notes
    return [note for note in notes if ledger(project).holds(quotation, note)] or notes


def _refuses(note: Note) -> bool:
    """Whether the consent read does not allow quoting; one that cannot be read is told elsewhere."""
    consent = None if note.consent.quote else note.data.get("consent")
    return consent is not None and not (consent.has("quote") and consent.get("quote") is not False)


@rule("F009")
def observation_quoted(project: Project) -> Iterator[Finding]:
    """A quotation from a section of observations.

    They are the interviewer's own words, never the participant's.

    File: notes/gao/synthese.md
    Bad:
        « La salle était pleine et personne ne parlait » [@GAO-01].
    Good:
        « On ne passe plus après seize heures » [@GAO-01].
    """
    for proof in _proofs(project):
        if proof.found_as is Source.OBSERVATION:
            message = _("These words are the interviewer's observation in {id}.")
            text = message.format(id=proof.quotation.ids[0])
            yield Finding(proof.quotation.place, text, _("Report them without quotation marks."))


@rule("F010")
def summary_quoted(project: Project) -> Iterator[Finding]:
    """A passage that the note holds only as summary is quoted as if it had been spoken.

    A plain paragraph is the interviewer's summary; only a block quote, or words in quotation marks, were
    spoken.

    File: notes/gao/synthese.md
    Bad:
        « L'accès est difficile » [@GAO-01].
    Good:
        « On ne passe plus après seize heures » [@GAO-01].
    """
    for proof in _proofs(project):
        if proof.found_as is Source.SUMMARY and proof.passage:
            message = _("These words are the summary of {id} (line {line}), not words spoken.")
            text = message.format(id=proof.passage.note, line=proof.passage.place.line)
            help = _("Say it without quotation marks, or quote the words spoken.")
            yield Finding(proof.quotation.place, text, help)


@rule("F011")
def quotation_not_verbatim(project: Project) -> Iterator[Finding]:
    """A quotation does not stand in the note it cites.

    Every quotation must stand word for word in a block quote, or between quotation marks, of a cited note.
    White space, kinds of quotation mark, cuts ([…]) and [added words] are set aside.

    File: notes/gao/synthese.md
    Bad:
        « On ne passe plus après dix-sept heures » [@GAO-01].
    Good:
        « On ne passe plus après seize heures » [@GAO-01].
    """
    for proof in _proofs(project):
        ids = proof.quotation.ids
        if proof.found_as is None and not any(damaged(project, project.note_by_id[id_]) for id_ in ids):
            if ledger(project).reserved(proof.quotation.text):
                continue  # told as such
            message = _("These words do not stand in {ids}.").format(ids=", ".join(ids))
            yield Finding(proof.quotation.place, message, _near(proof))


def _near(proof: Proof) -> str:
    if proof.elsewhere:
        return _("They stand in {id}: cite that note.").format(id=proof.elsewhere)
    if proof.nearest is None:
        return _("Nothing like it was found there: copy the words from the note's block quote.")
    changes = "; ".join(
        _("“{theirs}”, not “{mine}”").format(mine=mine or "∅", theirs=theirs or "∅")
        for mine, theirs in proof.nearest.differences[:6]
    )
    return _("The note says “{passage}”: {changes}.").format(passage=proof.nearest.passage, changes=changes)


@rule("F012")
def malformed_citation(project: Project) -> Iterator[Finding]:
    """A note is named with @ in another form than a citation.

    [@GAO-01] and [@GAO-01; @GAO-02] are citations; pandoc would read anything else as something of its own.

    File: notes/gao/synthese.md
    Bad:
        L'accès recule (voir @GAO-01).
    Good:
        L'accès recule [@GAO-01].
    """
    for synthesis in (*project.syntheses, *project.lessons):
        for block in synthesis.body.blocks():
            end = 0  # of the brackets that were told
            for start, id_ in malformed(project, block):
                if start < end:
                    continue
                if block.text.rfind("[", 0, start) > block.text.rfind("]", 0, start):
                    end = block.text.find("]", start)
                message = _("“@{id}” is no citation in this form.").format(id=id_)
                right = next((name for name in project.known_ids if name.casefold() == id_.casefold()), id_)
                help = _("Write [@{id}], or [@{id}; @…] for several.").format(id=right)
                yield Finding(block.place(synthesis.file, start, len(id_) + 1), message, help)


@rule("F021", Severity.WARNING)
def note_named_in_prose(project: Project) -> Iterator[Finding]:
    """A note is named by its code outside a citation.

    Codes stay in the team: a document that is shared shows […] in its place. In the mapping, beside an
    actor, a code tells who was consulted: it is not exported.

    File: notes/gao/synthese.md
    Bad:
        D'autres le confirment (voir GAO-01) [@GAO-02].
    Good:
        D'autres le confirment [@GAO-02].
    """
    known = {id_.casefold() for id_ in project.known_ids}
    for synthesis in (*project.syntheses, *project.lessons):
        for block in synthesis.body.blocks():
            for match in _CODE.finditer(block.text):
                if match[0].casefold() in known:
                    place = block.place(synthesis.file, match.start(), len(match[0]))
                    help = _("Cite it, [@{id}], or take it out.").format(id=match[0])
                    yield Finding(place, _("A shared document shows […] here, and no code."), help)
    text = project.sources[MAPPING].text if MAPPING in project.sources else ""
    for start, code in coded(project, text):
        if not _OWN_ID.search(text, text.rfind("\n", 0, start) + 1, start):
            place = place_at(text, start, MAPPING, len(code))
            message = _("The code of a note, beside an actor, tells who was consulted.")
            yield Finding(place, message, _("Take it out: such a mapping is not exported."))


def coded(project: Project, text: str) -> Iterator[tuple[int, str]]:
    """The codes of notes that stand in a text as they are written, each after its place."""
    known = set(project.known_ids)
    return ((match.start(), match[0]) for match in _CODE.finditer(text) if match[0] in known)


def malformed(project: Project, block: Block) -> list[tuple[int, str]]:
    """Known notes named with @ outside a citation, and `[@` that begins none: offset and id as written."""
    if "@" not in block.text:
        return []
    known = {id_.casefold() for id_ in project.known_ids}
    inside = [match.span() for match in CITATION.finditer(block.text)]
    named = [match for match in ANY_AT.finditer(block.text) if match[1].casefold() in known]
    found = {m.start(): m[1] for m in (*_BRACKETED.finditer(block.text), *named)}
    return [(at, id_) for at, id_ in sorted(found.items()) if not any(a <= at < z for a, z in inside)]


@rule("F013", Severity.WARNING)
def quoted_without_citation(project: Project) -> Iterator[Finding]:
    """Six words or more stand in quotation marks, and no note is cited for them.

    A reader takes them for somebody's words; nobody can follow them to a note.

    File: notes/gao/synthese.md
    Bad:
        « On ne passe plus après seize heures », dit-on [@GAO-01].
    Good:
        « On ne passe plus après seize heures » [@GAO-01].
    """
    help = _("Put [@ID] right after them, or take the quotation marks out.")
    for _synthesis, statements in ledger(project).statements:
        for statement, following in zip_longest(statements, statements[1:]):
            cited_amiss = malformed(project, statement.block) or (
                statement.block.kind == "quote" and following and malformed(project, following.block)
            )
            for quotation in () if cited_amiss else statement.uncited:
                if not ledger(project).reserved(quotation.text):  # told as such
                    yield Finding(quotation.place, _("These quoted words cite no note."), help)


@rule("F017")
def hidden_passage_quoted(project: Project) -> Iterator[Finding]:
    """A quotation of words that are kept off every output, or that tell who spoke.

    What is marked {.off}, and the answers to identifying questions below the attribution “organisation”, are
    shown nowhere.

    File: notes/gao/synthese.md
    Bad:
        « Ne le répétez surtout à personne ici » [@GAO-01].
    Good:
        « On ne passe plus après seize heures » [@GAO-01].
    """
    message = _("{id} keeps these words off every output (line {line}).")
    for proof in _proofs(project):
        if proof.found_as in (Source.OFF, Source.IDENTIFYING) and proof.passage:
            text = message.format(id=proof.passage.note, line=proof.passage.place.line)
            yield Finding(proof.quotation.place, text, _("Take the quotation out."))
    for quotation, passage in _reserved(project):
        if passage.source in (Source.OFF, Source.IDENTIFYING):
            text = message.format(id=passage.note, line=passage.place.line)
            yield Finding(quotation.place, text, _(NOBODYS))


@rule("F019")
def note_of_another_region(project: Project) -> Iterator[Finding]:
    """A region's synthesis cites a note of another region.

    A note counts in its region; it may be cited in others where its header says also_regions.

    File: notes/gao/synthese.md
    Bad:
        D'autres le confirment [@GAO-02; @MOP-01].
    Good:
        D'autres le confirment [@GAO-02].
    """
    regions = project.mapping.region_by_id if project.mapping else {}
    for synthesis, id_, place, note in _citations(project):
        if note is None or note.region not in regions or synthesis.region not in regions or misplaced(note):
            continue
        if note.data.has("also_regions") and not note.also_regions:
            continue  # they cannot be read: told as such
        if synthesis.region not in (note.region, *note.also_regions) and regions.keys() >= set(
            note.also_regions
        ):
            message = _("{id} is a note of the region “{region}”.").format(id=id_, region=note.region)
            help = _("Cite it in notes/synthese.md, or add also_regions: [{region}] to the note.")
            yield Finding(place, message, help.format(region=synthesis.region))


@rule("F020")
def unknown_expression(project: Project) -> Iterable[Finding]:
    """A number asked of the data in words that the program does not know.

    {{ n(theme="formation") }} and the like are counted from the notes; anything else would be a blank.

    File: notes/gao/synthese.md
    Bad:
        {{ nombre() }} voix le confirment [@GAO-02].
    Good:
        D'autres le confirment [@GAO-02].
    """
    if not any(b"{{" in document.body.signs for document in (*project.syntheses, *project.lessons)):
        return ()
    from consultkit import expressions  # with what it brings along, a tenth of the start

    return (Finding(*fault) for fault in expressions.faults(project))


RULES = (
    unknown_note_cited, unusable_note_cited, unattributable_note_cited, quoted_without_consent,
    observation_quoted, summary_quoted, quotation_not_verbatim, malformed_citation,
    quoted_without_citation, hidden_passage_quoted, note_of_another_region, unknown_expression,
    note_named_in_prose,
)  # fmt: skip
