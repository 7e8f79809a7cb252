"""mapping.yaml and guides/themes.yaml, from text to model."""

from __future__ import annotations

from typing import Any

from consultkit.diagnostic import Fault, Place
from consultkit.files import Source
from consultkit.i18n import _
from consultkit.located_yaml import Node, Quoting, read
from consultkit.model import (
    Actor,
    ActorMapping,
    ActorType,
    Campaign,
    Deliverable,
    Delivery,
    Region,
    Sector,
    Theme,
)
from consultkit.schema.declare import ALLOWANCES, MAPPING, THEMES
from consultkit.schema.deliveries import DELIVERIES
from consultkit.schema.types import INVALID, Data, Fix, Reader, Record

DEFAULT_MINIMUM = 10


def read_record(
    source: Source, record: Record, area: str, faults: list[Fault], fixes: list[Fix], quotings: list[Quoting]
) -> Data | None:
    """A YAML file read by a declaration; None where it holds nothing that can be used."""
    reading = read(source.text, source.file)
    faults += reading.faults
    quotings += reading.quotings
    if reading.root is None:
        if not reading.broken:
            faults.append(Fault("file-empty", Place(source.file), _("This file is empty.")))
        return None
    reader = Reader(source.file, area, faults, fixes)
    data = record.read(reading.root, reader)
    return None if data is INVALID else data


def parse_mapping(
    source: Source, faults: list[Fault], fixes: list[Fix], quotings: list[Quoting]
) -> ActorMapping | None:
    """mapping.yaml as a model; None where it cannot be read at all."""
    data = read_record(source, MAPPING, "mapping", faults, fixes, quotings)
    if data is None:
        return None
    campaign = _campaign(data.get("campaign") or Data({}, Node("map", {}, 1, 1), source.file))
    default = campaign.data.get("minimum_per_region", DEFAULT_MINIMUM)
    return ActorMapping(
        campaign,
        tuple(
            Region(
                d.get("id"),
                d.get("name", d.get("id")),
                d.get("code", ""),
                d.get("minimum", default),
                d.place("id"),
            )
            for d in _records(data, "regions")
        ),
        tuple(
            ActorType(d.get("id"), d.get("name", d.get("id")), d.get("one", ""), d.place("id"))
            for d in _records(data, "actor_types")
        ),
        tuple(
            Sector(d.get("id"), d.get("name", d.get("id")), d.place("id")) for d in _records(data, "sectors")
        ),
        tuple(_actor(d) for d in _records(data, "actors")),
        tuple(
            Deliverable(d.get("id"), d.get("kind", ""), d.get("due"), d.get("region", ""), d.place("id"))
            for d in _records(data, "deliverables")
        ),
        data,
    )


def _records(data: Data, key: str) -> list[Data]:
    """The records of a list that have an id; those without are told by the schema."""
    return [record for record in data.get(key, ()) if record.get("id")]


def _campaign(data: Data) -> Campaign:
    get = data.get
    return Campaign(
        title=get("title", ""),
        commissioner=get("commissioner", ""),
        authors=get("authors", ()),
        language=get("language", "fr"),
        start=get("start"),
        working_days=get("working_days"),
        holidays=get("holidays", ()),
        minimum=get("minimum"),
        guide=get("guide", ""),
        recipients=get("recipients", ()),
        destroy_after=get("destroy_after"),
        data=data,
    )


def _actor(data: Data) -> Actor:
    get = data.get
    return Actor(
        id=get("id"),
        name=get("name", ""),
        acronym=get("acronym", ""),
        kind=get("kind", "organisation"),
        type=get("type", ""),
        regions=get("regions", ()),
        cercles=get("cercles", ()),
        sectors=get("sectors", ()),
        priority=get("priority", "medium"),
        comment=get("comment", ""),
        review=get("review", ""),
        replaced_by=get("replaced_by", ""),
        data=data,
        place=data.place("id"),
    )


def parse_themes(
    source: Source, faults: list[Fault], fixes: list[Fix], quotings: list[Quoting]
) -> tuple[Theme, ...] | None:
    """The codebook; None where it cannot be read."""
    data = read_record(source, THEMES, "guide", faults, fixes, quotings)
    if data is None or "themes" not in data.values:
        return None
    return tuple(
        Theme(
            d.get("id"),
            d.get("name", d.get("id")),
            d.get("kind", "other"),
            d.get("description", ""),
            d.place("id"),
        )
        for d in _records(data, "themes")
    )


def parse_deliveries(source: Source, faults: list[Fault]) -> tuple[Delivery, ...]:
    """The log of what was delivered."""
    fixes: list[Fix] = []
    quotings: list[Quoting] = []
    data = read_record(source, DELIVERIES, "delivery", faults, fixes, quotings)
    entries: list[Any] = list(data.get("deliveries", ())) if data else []
    return tuple(
        Delivery(
            d.get("file", ""), d.get("to", ""), d.get("date"), d.get("sha256", ""), d.get("kind", ""),
            d.get("deliverable", ""), d.get("notes", ()), d.place("file"),
        )
        for d in entries
    )  # fmt: skip


def parse_allowances(source: Source, faults: list[Fault]) -> frozenset[str]:
    """What looks dangerous and is not, as written in notes/exceptions.yaml; each entry gives its reason."""
    data = read_record(source, ALLOWANCES, "mapping", faults, [], [])
    return frozenset(
        entry.get("text") for entry in (data.get("allowed", ()) if data else ()) if entry.get("reason")
    )
