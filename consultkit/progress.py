"""Where a campaign stands: who was heard, what is drafted, whom to call, what to do next."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from functools import lru_cache
from typing import NamedTuple

from consultkit.calendar import add_working_days, campaign_end, working_days_between
from consultkit.coverage import Coverage, coverage, heard_actors
from consultkit.kept_off import open_blocks
from consultkit.model import Actor, Deliverable, Note, Project
from consultkit.parse.inline import spans, without_off
from consultkit.schema.declare import EXIT_STATUSES

PRIORITIES = ("high", "medium", "low")


class ThemeCount(NamedTuple):
    """A theme: how many passages carry it, in how many notes, and how many notes of each region."""

    id: str
    passages: int
    notes: int
    regions: dict[str, int]


class Days(NamedTuple):
    """Working days: used up to today, in all, and the last one."""

    used: int
    total: int
    end: dt.date

    @property
    def left(self) -> int:
        """Working days left."""
        return max(0, self.total - self.used)


def themes_in(note: Note, project: Project) -> Counter[str]:
    """How many passages of a note carry each theme of the codebook."""
    found: Counter[str] = Counter()
    for block in open_blocks(note.body):
        if "]{" in block.text:
            for span in spans(without_off(block.text))[0]:
                found.update(name for name in span.classes if name in project.theme_by_id)
    return found


@lru_cache(maxsize=2)
def themes_raised(project: Project) -> dict[str, frozenset[str]]:
    """For each consultation that counts, by id, the themes that it raised, its follow-ups included."""
    found = {note.id: set(themes_in(note, project)) for note in project.notes if note.counts}
    for note in project.notes:
        if note.usable and note.follow_up_of in found:
            found[note.follow_up_of].update(themes_in(note, project))
    return {id_: frozenset(themes) for id_, themes in found.items()}


def theme_counts(project: Project) -> list[ThemeCount]:
    """The themes of the codebook, in its order, as usable notes raise them."""
    passages: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    regions: dict[str, Counter[str]] = defaultdict(Counter)
    for note in project.notes:
        if note.usable:
            found = themes_in(note, project)
            passages.update(found)
            notes.update(found.keys())
            for theme in found:
                regions[theme][note.region] += 1
    return [ThemeCount(t.id, passages[t.id], notes[t.id], dict(regions[t.id])) for t in project.themes]


def working_days(project: Project) -> Days | None:
    """Working days used and left, where the campaign says when it starts and how long it takes."""
    campaign = project.mapping.campaign if project.mapping else None
    end = campaign_end(campaign) if campaign else None
    if campaign is None or end is None or campaign.start is None or campaign.working_days is None:
        return None
    used = (
        0
        if project.today < campaign.start
        else working_days_between(campaign, campaign.start, min(project.today, end))
    )
    return Days(used, campaign.working_days, end)


def to_call(project: Project) -> list[tuple[Actor, str]]:
    """Whom to call next, by priority: actors not heard and not gone, where consultations are missing."""
    mapping = project.mapping
    if mapping is None:
        return []
    heard = heard_actors(project)
    drafted = {(note.region, actor) for note in project.notes for actor in note.actors}
    missing = {row.region for row in coverage(project) if row.missing}
    waiting = [
        (actor, region)
        for actor in mapping.actors
        for region in actor.regions
        if region in missing
        and actor.id not in heard[region]
        and (region, actor.id) not in drafted
        and actor.status(region) not in EXIT_STATUSES
        and actor.review != "remove"
    ]
    return sorted(waiting, key=lambda pair: PRIORITIES.index(pair[0].priority))


def without_note(project: Project) -> list[tuple[Actor, str]]:
    """Actors contacted or scheduled in a region for whom no note exists there."""
    mapping = project.mapping
    if mapping is None:
        return []
    noted = {(note.region, actor) for note in project.notes for actor in note.actors}
    return [
        (actor, region)
        for actor in mapping.actors
        for region in dict.fromkeys(actor.regions)
        if region in mapping.region_by_id
        and actor.status(region) in ("contacted", "scheduled")
        and (region, actor.id) not in noted
    ]


def by_type(project: Project) -> list[tuple[str, int, int]]:
    """For each actor type: its name, how many of its actors were heard, how many the mapping has."""
    mapping = project.mapping
    if mapping is None:
        return []
    heard = {(region, actor) for region, actors in heard_actors(project).items() for actor in actors}
    mapped = Counter(actor.type for actor in mapping.actors for _region in set(actor.regions))
    held = Counter(mapping.actor_by_id[a].type for _region, a in heard if a in mapping.actor_by_id)
    return [(kind.name, held[kind.id], mapped[kind.id]) for kind in mapping.actor_types if mapped[kind.id]]


def due(project: Project) -> list[tuple[Deliverable, bool]]:
    """The deliverables by due date, each with whether it was delivered."""
    if project.mapping is None:
        return []
    delivered = {delivery.deliverable for delivery in project.deliveries if delivery.deliverable}
    ordered = sorted(project.mapping.deliverables, key=lambda d: (d.due or dt.date.max, d.id))
    return [(deliverable, deliverable.id in delivered) for deliverable in ordered]


def next_steps(project: Project, errors: bool, besides: str = "") -> list[str]:
    """What to do next, as commands but for one, most urgent first; no actor is named."""
    rows = coverage(project)
    steps: list[str] = []
    if errors:
        steps.append("consultkit check")
    if without_note(project):
        steps.append("consultkit note --all")
    if not project.notes:
        actors = "actors" if project.language == "en" else "acteurs"
        steps += [f"consultkit mapping export {actors}.xlsx", "consultkit guide export guide.docx"]
    steps += [f"consultkit check {note.file}" for note in project.notes if not note.done][:1]
    written = {synthesis.region for synthesis in project.syntheses}
    steps += [
        f"consultkit synthesis {row.region}"
        for row in rows
        if row.done and not row.missing and row.region not in written
    ]
    if rows and all(not row.missing for row in rows) and "" not in written:
        steps.append("consultkit synthesis")
    if any(row.missing for row in rows):
        steps.append("consultkit status")
    steps.append("consultkit report" if any(row.done for row in rows) else "consultkit check")
    steps += ["consultkit status", "consultkit report --edition internal", "consultkit check"]
    return [step for step in dict.fromkeys(steps) if step != besides][:3]


class Pace(NamedTuple):
    """When a region reaches its minimum at its pace; `late` counts working days past the last one."""

    region: str
    name: str
    finish: dt.date
    late: int


def paces(project: Project) -> list[Pace]:
    """For each region that misses consultations: when the pace held so far reaches its minimum."""
    days = working_days(project)
    campaign = project.mapping.campaign if project.mapping else None
    if days is None or campaign is None or not days.used:
        return []
    found = []
    for row in coverage(project):
        if row.missing and row.done:
            needed = -(-row.missing * days.used // row.done)
            finish = add_working_days(campaign, project.today + dt.timedelta(days=1), needed)
            late = (
                working_days_between(campaign, days.end + dt.timedelta(days=1), finish)
                if finish > days.end
                else 0
            )
            found.append(Pace(row.region, row.name, finish, late))
    return found


def old_drafts(project: Project) -> list[Note]:
    """Drafts of consultations held more than 48 hours ago: memory fades."""
    limit = project.today - dt.timedelta(days=2)
    return [note for note in project.notes if not note.done and note.date and note.date < limit]


def appointments(project: Project) -> list[tuple[dt.date, Actor, str]]:
    """Appointments from today on, for actors not heard yet."""
    heard = heard_actors(project)
    ahead = [
        (day, actor, region)
        for actor in (project.mapping.actors if project.mapping else ())
        for region in dict.fromkeys(actor.regions)
        if (day := actor.appointment(region)) and day >= project.today and actor.id not in heard[region]
    ]
    return sorted(ahead, key=lambda entry: (entry[0], entry[1].id))


def new_since(project: Project, since: dt.date) -> list[tuple[Coverage, int, int]]:
    """For each region, how many consultations were held and drafted since a day, itself included."""
    held = Counter(n.region for n in project.notes if n.counts and n.date and n.date >= since)
    drafted = Counter(n.region for n in project.notes if not n.done and n.date and n.date >= since)
    return [(row, held[row.region], drafted[row.region]) for row in coverage(project)]
