"""What can be trusted of ids: what merely follows from a broken entry of the mapping is not told."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from consultkit.model import ActorMapping, Note, Project
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
    known = ids(mapping, key)
    broken = lost(mapping.data, key, known)
    unknown = frozenset(_references(project, mapping, key)).difference(known) if broken else frozenset()
    return unknown if len(unknown) <= broken else frozenset()


def whole(project: Project) -> bool:
    """Whether every region, type and actor of the mapping could be read: what is counted can be trusted."""
    mapping = project.mapping
    return mapping is not None and not any(
        lost(mapping.data, key, ids(mapping, key)) for key in ("regions", "actor_types", "actors")
    )


def ids(mapping: ActorMapping, key: str) -> Collection[str]:
    """The ids of one of the mapping's lists."""
    tables: dict[str, Collection[str]] = {
        "regions": mapping.region_by_id,
        "actor_types": mapping.type_by_id,
        "sectors": mapping.sector_by_id,
        "actors": mapping.actor_by_id,
    }
    return tables[key]


def _references(project: Project, mapping: ActorMapping, key: str) -> Iterable[str]:
    """Every id of that kind which some file names."""
    yield from (id_ for kind, id_, _data, _path in references(mapping) if kind == key)
    if key == "regions":
        yield from (
            region for note in project.notes for region in (note.region, *note.also_regions) if region
        )
        yield from (synthesis.region for synthesis in project.syntheses if synthesis.region)
    elif key == "actor_types" and project.guide:
        yield from (name for question in project.guide.questions.values() for name in question.types)
    elif key == "actors":
        yield from (actor for note in project.notes for actor in note.actors)


def references(mapping: ActorMapping) -> Iterator[tuple[str, str, Data, tuple[str | int, ...]]]:
    """Every id in the mapping that stands for another entry: the list it belongs in, the id, where it is."""
    for actor in mapping.actors:
        for index, region in enumerate(actor.regions):
            yield "regions", region, actor.data, ("regions", index)
        for index, sector in enumerate(actor.sectors):
            yield "sectors", sector, actor.data, ("sectors", index)
        if actor.type:
            yield "actor_types", actor.type, actor.data, ("type",)
        if actor.replaced_by:
            yield "actors", actor.replaced_by, actor.data, ("replaced_by",)
    for deliverable in mapping.data.get("deliverables", ()):
        if deliverable.get("region"):
            yield "regions", deliverable.get("region"), deliverable, ("region",)


def misplaced(note: Note) -> bool:
    """Whether the note's region is not its folder: told as such, once."""
    return bool(note.region) and note.file.rpartition("/")[0] != f"notes/{note.region}"


@lru_cache(maxsize=2)
def colliding(project: Project) -> frozenset[str]:
    """Files whose name is another's on Windows and macOS, or that Windows cannot store: told as such."""
    from consultkit.rules.workspace import collisions, unstorable

    twins = {name for group in collisions(project) for name in group}
    return frozenset(twins | set(unstorable(project)))


@lru_cache(maxsize=2)
def faulty(project: Project) -> frozenset[str]:
    """Files in which something that was read may be wrong; a byte order mark never is."""
    return frozenset(fault.place.file for fault in project.faults if fault.kind != "file-bom")


def damaged(project: Project, note: Note) -> bool:
    """Whether a fault told in the note's body may keep its words from being found."""
    told = any(fault.place.file == note.file and fault.kind.startswith("md-") for fault in project.faults)
    return told or any(spans(block.text)[1] for block in note.body.blocks() if "{" in block.text)
