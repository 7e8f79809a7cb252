"""What can be trusted of ids: what merely follows from a broken entry of the mapping is not told."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from functools import lru_cache

from consultkit.model import Note, Project
from consultkit.parse.inline import spans
from consultkit.schema.declare import MAPPING
from consultkit.schema.types import Data


def lost(data: Data | None, key: str, known: Collection[str]) -> float:
    """How many entries of a list have no id of their own (invalid, absent, taken twice): told elsewhere."""
    if data is None:
        return math.inf
    if key not in data.values:
        required = key in MAPPING.fields and MAPPING.fields[key].required
        return math.inf if required or data.has(key) else 0
    node = data.node.get(key)
    return len(node.items) - len({id_.casefold() for id_ in known}) if node else 0


@lru_cache(maxsize=16)
def explained(project: Project, key: str) -> frozenset[str]:
    """The ids that nothing has, but that broken entries of the mapping's list may be meant for."""
    mapping = project.mapping
    if mapping is None:
        return frozenset()
    known = set(_ids(project, key))
    broken = lost(mapping.data, key, known)
    if not broken:
        return frozenset()
    unknown = frozenset(id_ for id_ in _references(project, key) if id_ not in known)
    return unknown if len(unknown) <= broken else frozenset()


def whole(project: Project) -> bool:
    """Whether every region, type and actor of the mapping could be read: what is counted can be trusted."""
    mapping = project.mapping
    return mapping is not None and not any(
        lost(mapping.data, key, _ids(project, key)) for key in ("regions", "actor_types", "actors")
    )


def _ids(project: Project, key: str) -> Collection[str]:
    assert project.mapping is not None
    mapping = project.mapping
    tables: dict[str, Collection[str]] = {
        "regions": mapping.region_by_id,
        "actor_types": mapping.type_by_id,
        "sectors": mapping.sector_by_id,
        "actors": mapping.actor_by_id,
    }
    return tables[key]


def _references(project: Project, key: str) -> Iterable[str]:
    """Every id of that kind which some file names."""
    assert project.mapping is not None
    actors, guide = project.mapping.actors, project.guide
    if key == "regions":
        yield from (region for actor in actors for region in actor.regions)
        yield from (note.region for note in project.notes if note.region)
        yield from (region for note in project.notes for region in note.also_regions)
        yield from (synthesis.region for synthesis in project.syntheses if synthesis.region)
        yield from (d.region for d in project.mapping.deliverables if d.region)
    elif key == "actor_types":
        yield from (actor.type for actor in actors if actor.type)
        yield from (
            name for question in (guide.questions.values() if guide else ()) for name in question.types
        )
    elif key == "sectors":
        yield from (sector for actor in actors for sector in actor.sectors)
    else:
        yield from (actor for note in project.notes for actor in note.actors)
        yield from (actor.replaced_by for actor in actors if actor.replaced_by)


def misplaced(note: Note) -> bool:
    """Whether the note's region is not its folder: told as such, once."""
    parts = note.file.split("/")
    return len(parts) == 3 and bool(note.region) and parts[1] != note.region


@lru_cache(maxsize=2)
def colliding(project: Project) -> frozenset[str]:
    """Files whose name is another's on Windows and macOS, or that Windows cannot store: told as such."""
    from consultkit.rules.workspace import collisions, unstorable

    twins = {name for group in collisions(project) for name in group}
    return frozenset(twins | set(unstorable(project)))


def damaged(project: Project, note: Note) -> bool:
    """Whether a fault told in the note's body may keep its words from being found."""
    if any(fault.place.file == note.file and fault.kind.startswith("md-") for fault in project.faults):
        return True
    return any(spans(block.text)[1] for block in note.body.blocks() if "{" in block.text)
