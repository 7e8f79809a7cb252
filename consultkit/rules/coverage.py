"""C: consultations held, against what was agreed. Coverage never refuses a report; it marks it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache

from consultkit.coverage import Coverage, available_actors, counted, coverage
from consultkit.diagnostic import Finding, Place, Severity
from consultkit.i18n import _, ngettext
from consultkit.model import Project
from consultkit.rules.base import rule
from consultkit.rules.known import faulty, lost, whole
from consultkit.schema.declare import EXIT_STATUSES
from consultkit.text import listing


def _short(project: Project) -> list[Coverage]:
    """The regions that are below their minimum, whatever may be amiss in mapping or notes."""
    return [
        row
        for row in coverage(project)
        if row.missing
        and row.done + row.unread + _unsure(project)[row.region] < row.minimum
        and not _minimum_unread(project, row.region)
    ]


def _minimum_unread(project: Project, region: str) -> bool:
    """Whether the number agreed for a region cannot be read, or which region it is for: told elsewhere."""
    assert project.mapping is not None
    entries = project.mapping.data.get("regions", ())
    alike = [entry for entry in entries if entry.get("id", "").casefold() == region.casefold()]
    if len(alike) > 1 and region != alike[0].get("id"):
        return True
    if alike[0].has("minimum"):
        return alike[0].get("minimum") is None
    campaign = project.mapping.campaign.data
    return campaign.has("minimum_per_region") and campaign.get("minimum_per_region") is None


@lru_cache(maxsize=2)
def _unsure(project: Project) -> Counter[str]:
    """For each region, the notes of its folder that a problem told elsewhere keeps from counting."""
    found: Counter[str] = Counter()
    broken = faulty(project)
    for note in project.notes:
        region = note.file.split("/")[1] if note.file.count("/") > 1 else ""
        found[region] += (
            note.region != region
            or project.note_by_id.get(note.id) is not note
            or (not note.counts and note.file in broken)
            or (note.done and not note.consent.given and note.consent.withdrawn is None)
        )
    return found


def _at(project: Project, row: Coverage) -> Place:
    assert project.mapping is not None
    return project.mapping.region_by_id[row.region].place


@rule("C001")
def region_below_minimum(project: Project) -> Iterator[Finding]:
    """A region has fewer consultations than agreed.

    The report is made all the same, marked “Provisional” on every page.

    File: notes/mopti/MOP-01.md
    Bad:
        status: draft
    Good:
        status: done
    """
    for row in _short(project):
        message = ngettext(
            "{name}: {done} of {minimum} consultations; {missing} is missing.",
            "{name}: {done} of {minimum} consultations; {missing} are missing.",
            row.missing,
        ).format(name=row.name, done=row.done, minimum=row.minimum, missing=row.missing)
        yield Finding(_at(project, row), message, _("`consultkit status` tells whom to call next."))


@rule("C002")
def campaign_below_minimum(project: Project) -> Iterator[Finding]:
    """The campaign has fewer consultations than agreed in all.

    File: mapping.yaml
    Bad:
        minimum_per_region: 1
        minimum: 50
    Good:
        minimum_per_region: 1
    """
    minimum = project.mapping.campaign.minimum if project.mapping else None
    if project.mapping is None or minimum is None or any(row.done < row.minimum for row in coverage(project)):
        return
    done = len(counted(project))
    unsure = sum(_unsure(project)[region.id] for region in project.mapping.regions)
    if done + unsure + len(project.unread_notes) < minimum:
        message = _("The campaign: {done} of {minimum} consultations.").format(done=done, minimum=minimum)
        place = project.mapping.campaign.data.place("minimum")
        yield Finding(place, message, _("`consultkit status` tells whom to call next."))


@rule("C003", Severity.WARNING)
def minimum_out_of_reach(project: Project) -> Iterator[Finding]:
    """The actors left in a region no longer suffice to reach its minimum.

    Too many declined or cannot be reached: the mapping needs more actors, or the number must be agreed anew.

    File: mapping.yaml
    Bad:
        minimum: 9
    Good:
        minimum: 1
    """
    mapping = project.mapping
    for row in _short(project) if mapping else ():
        assert mapping is not None
        left = available_actors(project, row.region) + lost(mapping.data, "actors", mapping.actor_by_id)
        if row.missing > left and _begun(project, row):
            message = _("{name}: consultations missing, {missing}; actors left to hear, {left}.")
            help = _("Add actors to the mapping, or agree on another number with the commissioner.")
            yield Finding(
                _at(project, row), message.format(name=row.name, missing=row.missing, left=left), help
            )


def _begun(project: Project, row: Coverage) -> bool:
    """Whether a region has heard or lost an actor: before, its mapping is but being filled in."""
    assert project.mapping is not None
    actors = [actor for actor in project.mapping.actors if row.region in actor.regions]
    return row.done > 0 or any(a.status(row.region) in EXIT_STATUSES or a.review == "remove" for a in actors)


@rule("C004", Severity.INFO)
def type_never_heard(project: Project) -> Iterator[Finding]:
    """A type of actor that the mapping has in a region was never heard there.

    Its needs will be missing from the report, and nobody will see it.

    File: mapping.yaml
    Bad:
        name: "Centre Binkadi"
        type: onu
    Good:
        name: "Centre Binkadi"
        type: osc
    """
    mapping = project.mapping
    if mapping is None or not whole(project):
        return
    heard: dict[str, set[str]] = defaultdict(set)
    known = mapping.actor_by_id
    typed = {actor.id for actor in mapping.actors if actor.type in mapping.type_by_id}
    unknown = {n.region for n in project.notes if not n.actors or not typed.issuperset(n.actors)}
    for note in project.notes:
        heard[note.region].update([known[actor].type for actor in note.actors if actor in known])
    for row in coverage(project):
        broken = row.unread or _unsure(project)[row.region] or row.region in unknown
        if broken or row.done < max(1, row.minimum):
            continue
        here = [actor for actor in mapping.actors if row.region in actor.regions and actor.review != "remove"]
        never = {actor.type for actor in here} - heard[row.region]
        names = [kind.name for kind in mapping.actor_types if kind.id in never]
        if names:
            message = _("{name}: never heard here: {types}.").format(name=row.name, types=listing(names))
            yield Finding(_at(project, row), message, _("Say so among the limits, or hear one."))


@rule("C005", Severity.INFO)
def one_sex_only(project: Project) -> Iterator[Finding]:
    """Only men or only women were heard in a region.

    The report would speak for half of the people.

    File: notes/gao/GAO-02.md
    Bad:
        gender: m
    Good:
        gender: f
    """
    for row in coverage(project):
        notes = [note for note in counted(project) if note.region == row.region]
        genders = {person.gender for note in notes for person in note.participants} - {""}
        if row.done >= max(2, row.minimum) and len(genders) == 1 and not row.unread:
            whom = _("men") if genders == {"m"} else _("women")
            message = _("{name}: only {whom} were heard.").format(name=row.name, whom=whom)
            yield Finding(_at(project, row), message, _("Say so among the limits."))


RULES = (
    region_below_minimum, campaign_below_minimum, minimum_out_of_reach, type_never_heard,
    one_sex_only,
)  # fmt: skip
