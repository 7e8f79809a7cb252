"""The mapping as a table: an actor's values, as a person reads them, and whether two say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consultkit.exchange.vocabulary import CHOICES, HEADINGS, LABELS
from consultkit.exchange.yaml_edit import Value
from consultkit.i18n import _
from consultkit.model import Actor, ActorMapping
from consultkit.schema.declare import ACTOR

LISTS = ("regions", "cercles", "sectors")
PER_REGION = ("status", "reason", "reason_code", "appointment")
ORDER = tuple(ACTOR.fields)
DEFAULTS: dict[str, Any] = {"kind": "organisation", "priority": "medium", "status": {"": "identified"}}

Values = dict[str, Any]  # key -> text, tuple of texts, or {region: text} ("" for all regions)


def values_of(actor: Actor) -> Values:
    """An actor's valid values, dates as text."""
    found: Values = {}
    for key in ORDER:
        value = actor.data.get(key)
        if isinstance(value, Mapping):
            found[key] = {region: str(one) for region, one in value.items()}
        elif value:
            found[key] = value if isinstance(value, tuple) else str(value)
    return found


def shown(mapping: ActorMapping, values: Values, key: str) -> str:
    """A value as a person reads it, in the language in use."""
    value = values.get(key, DEFAULTS.get(key, ""))
    if isinstance(value, Mapping):
        texts = {region: _word(key, text) for region, text in value.items()}
        name = {r.id: r.name for r in mapping.regions}
        each = (_("{region}: {value}").format(region=name.get(r, r), value=t) for r, t in texts.items() if r)
        return texts[""] if "" in texts else "\n".join(each)
    tables: dict[str, Mapping[str, Any]] = {
        "type": mapping.type_by_id, "regions": mapping.region_by_id, "sectors": mapping.sector_by_id,
    }  # fmt: skip
    names = tables.get(key, {})
    words = value if isinstance(value, tuple) else (value,)
    return " ; ".join(names[word].name if word in names else _word(key, word) for word in words)


def _word(key: str, value: str) -> str:
    return _(LABELS[value]) if key in CHOICES and value in LABELS else value


def columns(with_appointments: bool) -> list[str]:
    """The keys of an export, in order; appointments, which tell where one will be, only where asked for."""
    return [key for key in HEADINGS if key != "appointment" or with_appointments]


def rows(mapping: ActorMapping, keys: list[str]) -> list[list[str]]:
    """The actors as rows under these columns."""
    return [[shown(mapping, values_of(actor), key) for key in keys] for actor in mapping.actors]


def same(one: Values, other: Values) -> bool:
    """Whether two actors say the same."""
    return all(same_value(key, one, other) for key in ORDER)


def same_value(key: str, one: Values, other: Values) -> bool:
    """Whether two actors say the same under a key: defaults count, order and repetition in lists do not."""
    first, second = (values.get(key) or DEFAULTS.get(key) for values in (one, other))
    if key in LISTS:
        return set(first or ()) == set(second or ())
    return bool(first == second)


@dataclass(frozen=True, slots=True)
class Change:
    """One actor's value before and after; `key` is empty for a new actor."""

    actor: str
    key: str
    before: str
    after: str


def changes(mapping: ActorMapping, id_: str, before: Values, after: Values) -> Iterator[Change]:
    """What an actor's values differ in."""
    for key in ORDER:
        if not same_value(key, before, after):
            yield Change(id_, key, shown(mapping, before, key), shown(mapping, after, key))


def plain(value: Any) -> Value:
    """A value as it is written to mapping.yaml."""
    if isinstance(value, Mapping):
        return str(value[""]) if "" in value else dict(value)
    return list(value) if isinstance(value, tuple) else str(value)
