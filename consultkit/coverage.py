"""Coverage: consultations held against the numbers agreed, per region and in all."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import NamedTuple

from consultkit.model import Note, Project
from consultkit.schema.declare import EXIT_STATUSES


class Coverage(NamedTuple):
    """A region: consultations done and drafted, the minimum, how many are missing, how many actors it has."""

    region: str
    name: str
    minimum: int
    done: int
    draft: int
    actors: int
    unread: int = 0  # notes of the region's folder that cannot be read: they may count

    @property
    def missing(self) -> int:
        """Consultations still to hold."""
        return max(0, self.minimum - self.done)


@lru_cache(maxsize=2)
def counted(project: Project) -> tuple[Note, ...]:
    """The notes that count as a consultation held, each id once."""
    return tuple([note for note in project.notes if note.counts and project.note_by_id.get(note.id) is note])


@lru_cache(maxsize=2)
def coverage(project: Project) -> tuple[Coverage, ...]:
    """The coverage of every region, in the mapping's order."""
    mapping = project.mapping
    if mapping is None:
        return ()
    done = Counter(note.region for note in counted(project))
    draft = Counter(note.region for note in project.notes if not note.done and not note.follow_up_of)
    actors = Counter(region for actor in mapping.actors for region in set(actor.regions))
    unread = Counter(file.split("/")[1] for file in project.unread_notes if file.count("/") == 2)
    return tuple(
        Coverage(r.id, r.name, r.minimum, done[r.id], draft[r.id], actors[r.id], unread[r.id])
        for r in mapping.region_by_id.values()
    )


def heard_actors(project: Project) -> dict[str, set[str]]:
    """For each region, the ids of the actors whose consultation counts there."""
    heard: dict[str, set[str]] = defaultdict(set)
    for note in counted(project):
        heard[note.region].update(note.actors)
    return heard


def available_actors(project: Project, region: str) -> int:
    """How many actors of a region may still be heard: not heard yet, and not gone from the list."""
    assert project.mapping is not None
    heard = heard_actors(project)[region]
    return sum(
        1
        for actor in project.mapping.actors
        if region in actor.regions
        and actor.id not in heard
        and actor.status(region) not in EXIT_STATUSES
        and actor.review != "remove"
    )
