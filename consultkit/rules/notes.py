"""N: what a consultation note's header says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from consultkit.diagnostic import Finding, Severity
from consultkit.i18n import _
from consultkit.model import Note, Project
from consultkit.rules.base import rule, told
from consultkit.rules.known import colliding, explained, faulty, misplaced
from consultkit.rules.mapping import unknown
from consultkit.schema.types import Data, Released
from consultkit.text import did_you_mean, listing

NEEDED_ONCE_DONE = ("date", "mode", "interviewer", "participants", "consent")


@rule("N001")
def unknown_note_key(project: Project) -> Iterator[Finding]:
    """A key of a note's header that nothing reads.

    What stands under it would be lost without a word.

    File: notes/gao/GAO-01.md
    Bad:
        lieu: Gao
    Good:
        place: Gao
    """
    return told(project, "note-unknown-key")


@rule("N002")
def missing_note_key(project: Project) -> Iterator[Finding]:
    """A key that every note needs is missing.

    A note without actor, region or status belongs to nobody and is counted nowhere.

    File: notes/gao/GAO-01.md
    Bad:
        actor: tamat
        date: 2023-06-20
    Good:
        actor: tamat
        region: gao
        date: 2023-06-20
    """
    return told(project, "note-missing-key")


@rule("N003")
def bad_note_value(project: Project) -> Iterator[Finding]:
    """A value of a note's header is not of the kind that its key takes.

    File: notes/gao/GAO-01.md
    Bad:
        mode: pigeon
    Good:
        mode: in-person
    """
    return told(project, "note-value")


@rule("N004")
def duplicate_note_id(project: Project) -> Iterator[Finding]:
    """Two notes have the same id.

    A citation must lead to one note only. It happens when two laptops took the same number.

    File: notes/gao/GAO-09.md
    Bad:
        (copy of notes/gao/GAO-01.md)
    Good:
        (absent)
    """
    for group in _same_ids(project):
        matching = [note for note in group if PurePosixPath(note.file).stem == note.id]
        first = matching[0] if matching else group[0]
        for note in group:
            if note is not first and note.file not in colliding(project):
                message = _("The id “{id}” is already taken by {file}.").format(id=note.id, file=first.file)
                yield Finding(note.data.place("id"), message, _("Give this note the next free number."))


def _same_ids(project: Project) -> list[list[Note]]:
    groups: dict[str, list[Note]] = defaultdict(list)
    for note in project.notes:
        groups[note.id.casefold()].append(note)
    return [group for group in groups.values() if len(group) > 1]


@rule("N005")
def note_in_wrong_file(project: Project) -> Iterator[Finding]:
    """A note's file name or folder says something else than its header.

    Citations, merges and people find a note by its file: notes/<region>/<id>.md.

    File: notes/gao/GAO-01.md
    Bad:
        id: GAO-07
    Good:
        id: GAO-01
    """
    twins = {note.file for group in _same_ids(project) for note in group} | colliding(project)
    known = project.mapping.region_by_id if project.mapping else {}
    for note in project.notes:
        wanted = f"notes/{note.region}/"
        if note.file == f"{wanted}{note.id}.md":
            continue
        path = PurePosixPath(note.file)
        if note.data.has("id") and note.id != path.stem and note.file not in twins:
            message = _("The id “{id}” and the file's name “{name}” differ.")
            help = _("Rename the file {id}.md, or correct the id.").format(id=note.id)
            yield Finding(note.data.place("id"), message.format(id=note.id, name=path.name), help)
        folder = f"{path.parent}/"
        if note.region in known and folder != wanted and note.file not in colliding(project):
            message = _("The note counts in “{region}”, but lies in the folder {folder}.")
            help = _("Move it to notes/{region}/, or correct the region.").format(region=note.region)
            yield Finding(note.data.place("region"), message.format(region=note.region, folder=folder), help)


@rule("N006")
def unknown_actor(project: Project) -> Iterator[Finding]:
    """A note names an actor that the mapping does not have.

    Nobody could say which voice this is, nor attribute it.

    File: notes/gao/GAO-01.md
    Bad:
        actor: tamta
    Good:
        actor: tamat
    """
    mapping = project.mapping
    if mapping is None:
        return
    way_out = _("Add the actor to mapping.yaml.")
    for note in project.notes:
        for index, actor in enumerate(note.actors):
            if actor not in mapping.actor_by_id and actor not in explained(project, "actors"):
                yield unknown(
                    _("actor"), actor, mapping.actor_by_id, note.data.place("actor", index), way_out
                )


@rule("N007")
def actor_of_another_region(project: Project) -> Iterator[Finding]:
    """A note counts in a region where the mapping does not have its actor.

    Coverage is counted by region: the actor's regions and the note's must agree.

    File: mapping.yaml
    Bad:
        regions: [mopti]
        comment: Bureau n° 2
    Good:
        regions: [gao]
        comment: Bureau n° 2
    """
    mapping = project.mapping
    if mapping is None:
        return
    for note in project.notes:
        for actor_id in note.actors:
            actor = mapping.actor_by_id.get(actor_id)
            if actor is None or note.region in actor.regions:
                continue
            if misplaced(note) or note.region not in mapping.region_by_id:
                continue
            if actor.regions and all(region in mapping.region_by_id for region in actor.regions):
                message = _("The mapping does not have “{actor}” in the region “{region}”.")
                text = message.format(actor=actor_id, region=note.region)
                help = _("Its regions: {regions}. Correct the note, or add the region in mapping.yaml.")
                yield Finding(note.data.place("region"), text, help.format(regions=listing(actor.regions)))


@rule("N008")
def unknown_region(project: Project) -> Iterator[Finding]:
    """A note or a synthesis names a region that the mapping does not have.

    It would be counted nowhere.

    File: notes/gao/GAO-01.md
    Bad:
        region: goa
    Good:
        region: gao
    """
    mapping = project.mapping
    if mapping is None:
        return
    known = mapping.region_by_id
    named: list[tuple[str, Data | Released, tuple[str | int, ...]]] = []
    for note in project.notes:
        named.append((note.region, note.data, ("region",)))
        named += [(region, note.data, ("also_regions", i)) for i, region in enumerate(note.also_regions)]
    named += [(synthesis.region, synthesis.data, ("region",)) for synthesis in project.syntheses]
    for region, data, path in named:
        if region and region not in known and region not in explained(project, "regions"):
            yield unknown(_("region"), region, known, data.place(*path))


@rule("N009")
def consultation_in_future(project: Project) -> Iterator[Finding]:
    """A consultation is dated in the future.

    It has not been held: the day, the month or the year is wrong.

    File: notes/gao/GAO-01.md
    Bad:
        date: 2099-06-20
    Good:
        date: 2023-06-20
    """
    for note in project.notes:
        if note.date and note.date > project.today:
            message = _("{day} lies in the future.").format(day=note.date)
            yield Finding(note.data.place("date"), message, _("Check the day, the month and the year."))


@rule("N010", Severity.WARNING)
def before_the_start(project: Project) -> Iterator[Finding]:
    """A consultation is dated before the campaign's first day.

    It may be a pilot; it may be a wrong month.

    File: notes/gao/GAO-01.md
    Bad:
        date: 2023-05-20
    Good:
        date: 2023-06-20
    """
    start = project.mapping.campaign.start if project.mapping else None
    for note in project.notes:
        if start and note.date and note.date < start:
            message = _("{day} comes before the campaign's first day ({start}).")
            text = message.format(day=note.date, start=start)
            help = _("Leave it if this was a pilot; otherwise correct the date.")
            yield Finding(note.data.place("date"), text, help)


@rule("N011")
def done_but_incomplete(project: Project) -> Iterator[Finding]:
    """A note says done, and lacks what a consultation must say.

    Date, mode, interviewer, participants and consent are what makes it evidence.

    File: notes/gao/GAO-01.md
    Bad:
        mode: in-person
    Good:
        mode: in-person
        interviewer: AM
    """
    for note in project.notes:
        if not note.done:
            continue
        for key in NEEDED_ONCE_DONE:
            if not note.data.has(key):
                message = _("A note that is done needs “{key}”.").format(key=key)
                help = _("Fill it in, or set the status back to draft.")
                yield Finding(note.data.place(key), message, help)
        if note.consent.given or not note.data.has("consent"):
            continue
        consent = note.data.get("consent")
        if consent is not None and not consent.has("given"):
            message = _("A note that is done needs “{key}”.").format(key="consent.given")
            yield Finding(consent.place("given"), message, _("Write true or false."))
        elif consent is not None and consent.get("given") is False:
            message = _("This note says done, and consent was not given: nothing of it may be used.")
            help = _("Correct consent.given if it was; otherwise set the status back to draft.")
            yield Finding(consent.place("given"), message, help)


@rule("N021", Severity.INFO)
def same_actor_again(project: Project) -> Iterator[Finding]:
    """Several notes for one actor in one region, none of which says it is a follow-up.

    Each counts as a consultation; a further talk with the same persons should not.

    File: notes/gao/GAO-03.md
    Bad:
        actor: alkafo
    Good:
        actor: alkafo
        follow_up_of: GAO-02
    """
    seen: dict[tuple[str, str], Note] = {}
    for note in project.notes:
        if note.follow_up_of or not note.data.has("id") or misplaced(note):
            continue
        for actor in note.actors:
            first = seen.setdefault((note.region, actor), note)
            if first is not note and first.id.casefold() != note.id.casefold():
                message = _("“{actor}” already has the note {id} in this region.")
                message = message.format(actor=actor, id=first.id)
                help = _("If this is a further talk, add “follow_up_of: {id}”.").format(id=first.id)
                yield Finding(note.data.place("actor"), message, help)


@rule("N022")
def declined_but_heard(project: Project) -> Iterator[Finding]:
    """The mapping says that an actor declined, and a note says that it was heard.

    One of them is out of date, and the report would count both.

    File: mapping.yaml
    Bad:
        status: declined
        reason: "Pas de temps."
    Good:
        status: scheduled
    """
    mapping = project.mapping
    if mapping is None:
        return
    for note in project.notes:
        for index, actor_id in enumerate(note.actors):
            actor = mapping.actor_by_id.get(actor_id)
            if note.done and actor and actor.status(note.region) == "declined" and not misplaced(note):
                message = _("The mapping says that “{actor}” declined.").format(actor=actor_id)
                help = _("Correct its status in mapping.yaml (line {line}), or this note.")
                help = help.format(line=actor.place.line)
                yield Finding(note.data.place("actor", index), message, help)


@rule("N023")
def bad_follow_up(project: Project) -> Iterator[Finding]:
    """A follow-up names a note that does not exist, or that is about another actor.

    A follow-up is not counted: what it follows must be.

    File: notes/gao/GAO-03.md
    Bad:
        follow_up_of: GAO-77
    Good:
        follow_up_of: GAO-02
    """
    known = project.mapping.actor_by_id if project.mapping else {}
    for note in project.notes:
        if not note.follow_up_of:
            continue
        first = project.note_by_id.get(note.follow_up_of)
        place = note.data.place("follow_up_of")
        if first is None and note.follow_up_of not in project.known_ids:
            message = _("No note has the id “{id}”.").format(id=note.follow_up_of)
            yield Finding(place, message, did_you_mean(note.follow_up_of, project.known_ids))
        elif first and (first is note or _of_others(first, note, known)):
            message = _("{id} is not a talk with the same actor.").format(id=note.follow_up_of)
            yield Finding(place, message, _("Name the first talk with this actor, or take the line out."))


def _of_others(first: Note, note: Note, known: Collection[str]) -> bool:
    """Whether the first note heard other actors, all of them known."""
    heard = set(first.actors)
    return bool(heard) and heard.issubset(known) and heard.isdisjoint(note.actors)


@rule("N024", Severity.WARNING)
def recorded_without_consent(project: Project) -> Iterator[Finding]:
    """The words are said to be recorded, and recording was not accepted.

    Either the words were noted by hand, or the consent is not written down.

    File: notes/gao/GAO-01.md
    Bad:
        verbatim: recorded
    Good:
        verbatim: noted
    """
    for note in project.notes:
        if note.verbatim == "recorded" and note.data.has("consent") and not note.consent.recording:
            message = _("The words are said to be recorded, but consent.recording is not true.")
            yield Finding(note.data.place("verbatim"), message, _("Write noted, or record the consent."))


@rule("N025", Severity.WARNING)
def unknown_guide_version(project: Project) -> Iterator[Finding]:
    """A note names a version of the guide that the guide's list of changes does not have.

    Its headings cannot be compared with the guide it was made with.

    File: notes/gao/GAO-01.md
    Bad:
        guide_version: "9.9"
    Good:
        guide_version: "1.0"
    """
    guide = project.guide
    if guide is None or not guide.version or guide.file in faulty(project):
        return
    known = dict.fromkeys([guide.version, *(change.version for change in guide.changes)])
    for note in project.notes:
        if note.guide_version and note.guide_version not in known:
            message = _("The guide has no version {version}.").format(version=note.guide_version)
            help = _("Known: {names}.").format(names=listing(known))
            yield Finding(note.data.place("guide_version"), message, help)


RULES = (
    unknown_note_key, missing_note_key, bad_note_value, duplicate_note_id, note_in_wrong_file,
    unknown_actor, actor_of_another_region, unknown_region, consultation_in_future,
    before_the_start, done_but_incomplete, same_actor_again, declined_but_heard, bad_follow_up,
    recorded_without_consent, unknown_guide_version,
)  # fmt: skip
