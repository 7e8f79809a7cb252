"""P: what endangers people. A find is told by its place, never by its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from consultkit.diagnostic import Finding, Place, Severity
from consultkit.files import DELIVERIES, EXCEPTIONS, THEMES, Source, place_at
from consultkit.i18n import N_, _
from consultkit.model import NAMED, Note, Project
from consultkit.privacy.first_look import may_hold_pattern
from consultkit.privacy.unknown_names import unknown_names
from consultkit.rules.base import rule, told
from consultkit.text import in_words

if TYPE_CHECKING:
    from consultkit.privacy.identities import Identity
    from consultkit.privacy.matcher import Matcher


KINDS = {
    "phone": N_("A phone number stands here."),
    "email": N_("An e-mail address stands here."),
    "coordinates": N_("Coordinates stand here."),
    "iban": N_("A bank account number stands here."),
    "handle": N_("An account name or address of a social network stands here."),
    "plate": N_("A number plate stands here."),
}
CLUES = {
    "title": N_("A title before a capitalised word: is a person named here?"),
    "surname": N_("A common surname stands here: is a person named?"),
}


def matcher(project: Project) -> Matcher:
    """The search for the project's known identities; places and sectors are no names."""
    mapping = project.mapping
    places = tuple(region.name for region in mapping.regions) if mapping else ()
    return _matcher(project.identities, tuple(project.name_exceptions), places)


@lru_cache(maxsize=2)
def _matcher(
    identities: tuple[Identity, ...], exceptions: tuple[str, ...], places: tuple[str, ...]
) -> Matcher:
    from consultkit.privacy.matcher import Matcher

    return Matcher(identities, exceptions, places)


def _texts(project: Project) -> Iterator[Source]:
    """The sources that a person writes; templates aside."""
    for name, source in project.sources.items():
        if not name.startswith("templates/"):
            yield source


def secret_lines(project: Project, files: Iterable[str]) -> set[tuple[str, int]]:
    """Lines of these files that no screen may show: a known identity, a number or an address stands there."""
    found: set[tuple[str, int]] = set()
    sources = [project.sources[file] for file in set(files) if file in project.sources]
    if not sources:
        return found
    from consultkit.privacy import patterns

    for source in sources:
        text = source.text
        hits = [(hit.start, hit.end) for hit in patterns.search(text)]
        hits += [(h.start, h.end) for h in matcher(project).search(text)] if project.identities else []
        for start, end in hits:
            first = text.count("\n", 0, start) + 1
            found |= {(source.file, first + more) for more in range(text.count("\n", start, end) + 1)}
    return found


@rule("P001")
def known_identity(project: Project) -> Iterator[Finding]:
    """A person of private/identities.yaml can be recognised in a file.

    A name, an alias, a number or an address that the team keeps secret stands where git, colleagues and
    reports read it. It is told by its place, never by its text.
    """
    if not project.identities:
        return
    search = matcher(project).search
    help = _(
        "Take it out: write a role instead. A word that is no name goes into private/, under “exceptions:”."
    )
    for source in _texts(project):
        text = source.text
        for hit in search(text):
            message = _("A known identity stands here ({owner}).").format(owner=hit.owner)
            yield Finding(place_at(text, hit.start, source.file), message, help)
    for name in project.files:
        if search(in_words(name)):
            yield Finding(Place(name), _("The name of this file holds a known identity."), _("Rename it."))
    yield from told(project, "private-found")
    for place, message, help, _severity in told(project, "private-unsearched"):
        yield Finding(place, message, help, Severity.WARNING)


@rule("P002")
def dangerous_pattern(project: Project) -> Iterator[Finding]:
    """A phone number, an address, coordinates or the like.

    Whoever finds it finds the person. They belong in private/ alone.

    File: mapping.yaml
    Bad:
        comment: Joindre le 76 12 34 56
    Good:
        comment: Bureau n° 2
    """
    help = _("Move it to private/identities.yaml, or except it with a reason in notes/exceptions.yaml.")
    notes = {id_.casefold() for id_ in project.known_ids}  # @gao-07 is a citation gone wrong, told as such
    citing = {document.file for document in (*project.syntheses, *project.lessons)}
    for source in _texts(project):
        if source.file in (EXCEPTIONS, DELIVERIES) or not may_hold_pattern(source.data, source.signs):
            continue
        from consultkit.privacy import (
            patterns,  # not where nothing is to be found: a tenth of the whole command
        )

        text = source.text
        for hit in patterns.unexcepted(text, project.allowed):
            found = text[hit.start : hit.end].strip()
            if _own(text, hit.start) or found[1:].casefold() in notes:
                continue
            if source.file in citing and text[max(0, hit.start - 1) : hit.start + 1] == "[@":
                continue  # meant as a citation, and told as such
            yield Finding(place_at(text, hit.start, source.file), _(KINDS[hit.kind]), help)
    yield from told(project, "pattern-found")


def _own(text: str, start: int) -> bool:
    """Whether a find stands in a line that the program itself lays down for editors."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return "$schema=" in line or line.lstrip().startswith("recipients:")


@rule("P003", Severity.WARNING)
def perhaps_a_name(project: Project) -> Iterator[Finding]:
    """A title before a capitalised word, or a common surname: perhaps a person is named.

    Unknown names cannot be promised to be found: this warns where they mostly stand.

    File: notes/gao/GAO-01.md
    Bad:
        Mme Fictive est partie.
    Good:
        Le responsable est parti.
    """
    known = frozenset(project.allowed)
    for note in project.notes:
        source = project.sources[note.file]
        for hit in unknown_names(source.data):
            text = source.text
            if text[hit.start : hit.end] not in known:
                help = _("Write a role instead of a name; if nobody is named, leave it.")
                yield Finding(place_at(text, hit.start, note.file), _(CLUES[hit.kind]), help)


@rule("P004")
def private_in_git(project: Project) -> Iterator[Finding]:
    """Files of private/ are in git.

    Whoever gets a copy of the campaign gets them, and deleting them later leaves them in its history. What
    lies in a folder named private, at any depth, or is named identities.yaml, must be encrypted with age.
    """
    return told(project, "private-tracked")


@rule("P005", Severity.WARNING)
def leaving_folder(project: Project) -> Iterator[Finding]:
    """The campaign lies where others can read it.

    A folder that is copied to the cloud, or a public repository, takes every note with it.
    """
    return told(project, "private-surroundings")


@rule("P006")
def damaged_identities(project: Project) -> Iterator[Finding]:
    """private/identities.yaml has a mistake.

    What cannot be read there is not searched for: a name could leave.
    """
    for fault in project.faults:
        if fault.kind == "private-value":
            message = fault.message or _("This line cannot be read as an identity.")
            yield Finding(
                fault.place, message, fault.help or _("Entries: note or actor, name, aliases, phone, email.")
            )


@rule("P007")
def actor_named_below_attribution(project: Project) -> Iterator[Finding]:
    """A synthesis names an organisation that asked not to be named.

    Where the attribution is type or region, the organisation's name and acronym count as identities.

    File: notes/gao/synthese.md
    Bad:
        Le Réseau Alkafo le confirme [@GAO-02].
    Good:
        D'autres le confirment [@GAO-02].
    """
    if project.mapping is None:
        return
    hidden = hidden_actors(project)
    if hidden:
        from consultkit.privacy.organisations import organisation_matcher

        search = organisation_matcher(project.mapping, hidden, project.exceptions).search
        for file in _shown(project):
            text = project.sources[file].text
            for hit in search(text):
                yield _named(place_at(text, hit.start, file), hit.owner)
    yield from named_beside(project)


def _shown(project: Project) -> Iterator[str]:
    """The files whose words every document shows, notes aside."""
    yield from (document.file for document in (*project.syntheses, *project.lessons))
    yield from (
        file for file in (project.guide.file if project.guide else "", THEMES) if file in project.sources
    )


def _named(place: Place, owner: str) -> Finding:
    message = _("An organisation is named here that asked not to be ({owner}).").format(owner=owner)
    help = _("Write its type instead. A word that names nobody here goes into notes/exceptions.yaml.")
    return Finding(place, message, help)


def named_beside(project: Project) -> Iterator[Finding]:
    """Organisations that another note allows to name, named where the note cited for it does not."""
    capped = {note.id: note for note in project.notes if note.usable and note.attribution not in NAMED}
    openly = {a for n in project.notes if n.usable and n.attribution in NAMED for a in n.actors}
    mixed = {actor for note in capped.values() for actor in note.actors} & openly
    if not mixed or project.mapping is None:
        return
    from consultkit.evidence import ledger
    from consultkit.privacy.organisations import organisation_matcher

    search = organisation_matcher(project.mapping, mixed, project.exceptions).search
    for document, statements in ledger(project).statements:
        for statement in statements:
            cited = [
                project.note_by_id[i] for c in statement.citations for i in c.ids if i in project.note_by_id
            ]
            below = {actor for note in cited if note.id in capped for actor in note.actors}
            below -= {actor for note in cited if note.id not in capped for actor in note.actors}
            for hit in search(statement.block.text) if below & mixed else ():
                if hit.owner in below:
                    yield _named(
                        statement.block.place(document.file, hit.start, hit.end - hit.start), hit.owner
                    )


@rule("P008", Severity.WARNING)
def delivered_and_withdrawn(project: Project) -> Iterator[Finding]:
    """A delivered file holds a note whose consent was withdrawn.

    From then on the note stands in no output; what left before must be called back.
    """
    for delivery in project.deliveries:
        known = [project.note_by_id[id_] for id_ in delivery.notes if id_ in project.note_by_id]
        for note in known:
            withdrawn = note.consent.withdrawn
            if withdrawn is not None:
                message = _(
                    "{file}, delivered to {to} on {date}, holds {note}, withdrawn on {withdrawn}."
                ).format(
                    file=delivery.file, to=delivery.to, date=delivery.date, note=note.id, withdrawn=withdrawn
                )
                yield Finding(delivery.place, message, _("Ask them to destroy it, and send a new version."))


def hidden_actors(project: Project) -> list[str]:
    """Ids of the actors heard, none of whose notes may be attributed to the organisation.

    A note that may not be used allows nothing; while drafts are all there is, what they say counts.
    """
    heard: dict[str, list[Note]] = {}
    for note in project.notes:
        for actor in note.actors:
            heard.setdefault(actor, []).append(note)
    known = project.mapping.actor_by_id if project.mapping else {}

    def allows(note: Note) -> bool:
        return note.attribution in NAMED and all(actor in known for actor in note.actors)

    def named(notes: list[Note]) -> bool:
        usable = [note for note in notes if note.usable]
        drafts = [note for note in notes if not note.done and note.consent.withdrawn is None]
        return any(map(allows, usable or (drafts if len(drafts) == len(notes) else ())))

    return [id_ for id_, notes in heard.items() if not named(notes)]


RULES = (
    known_identity, dangerous_pattern, perhaps_a_name, private_in_git, leaving_folder, damaged_identities,
    actor_named_below_attribution, delivered_and_withdrawn,
)  # fmt: skip
