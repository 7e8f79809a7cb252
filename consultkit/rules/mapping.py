"""M: the campaign and the actor mapping."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator

from consultkit.calendar import campaign_end
from consultkit.diagnostic import Finding, Place, Severity
from consultkit.files import MAPPING
from consultkit.i18n import _
from consultkit.model import Actor, ActorMapping, Project
from consultkit.places import known_region, region_of_cercle
from consultkit.rules.base import rule, told
from consultkit.rules.known import explained, ids, references
from consultkit.schema.declare import EXIT_STATUSES
from consultkit.text import did_you_mean, fold, listing


@rule("M001")
def unknown_mapping_key(project: Project) -> Iterator[Finding]:
    """A key of mapping.yaml that nothing reads.

    What stands under it would be lost without a word.

    File: mapping.yaml
    Bad:
        acronyme: ATA
    Good:
        acronym: ATA
    """
    return told(project, "mapping-unknown-key")


@rule("M002")
def missing_mapping_key(project: Project) -> Iterator[Finding]:
    """A key that mapping.yaml needs is missing or has no value.

    Actors are counted by region and type, and a campaign needs a title, a language and a first day.

    File: mapping.yaml
    Bad:
        - id: tamat
          type: ongi
    Good:
        - id: tamat
          name: "Association Tamat"
          type: ongi
    """
    return told(project, "mapping-missing-key")


@rule("M003")
def bad_mapping_value(project: Project) -> Iterator[Finding]:
    """A value of mapping.yaml is not of the kind that its key takes.

    A date that does not exist or a status that nobody knows cannot be counted.

    File: mapping.yaml
    Bad:
        status: programmée hier
    Good:
        status: scheduled
    """
    return told(project, "mapping-value")


@rule("M004")
def duplicate_mapping_id(project: Project) -> Iterator[Finding]:
    """Two regions, types, sectors, deliverables or actors have the same id.

    Notes name actors by their id: it must name one only, whatever the case of its letters.

    File: mapping.yaml
    Bad:
        - id: tamat
          name: "Centre Binkadi"
    Good:
        - id: binkadi
          name: "Centre Binkadi"
    """
    mapping = project.mapping
    if mapping is None:
        return
    for entries in (
        mapping.regions, mapping.actor_types, mapping.sectors, mapping.deliverables, mapping.actors,
    ):  # fmt: skip
        seen: dict[str, Place] = {}
        for entry in entries:
            first = seen.setdefault(entry.id.casefold(), entry.place)
            if first is not entry.place:
                message = _("The id “{id}” is taken twice (first on line {line}).")
                text = message.format(id=entry.id, line=first.line)
                yield Finding(entry.place, text, _("Give one of them another id."))


@rule("M005", Severity.WARNING)
def probable_duplicate_actor(project: Project) -> Iterator[Finding]:
    """Two actors of one region are probably the same.

    The same acronym, or names that differ by an accent, by case or by one letter: one organisation written
    twice counts twice.

    File: mapping.yaml
    Bad:
        name: "Association Tamatt"
    Good:
        name: "Réseau Alkafo"
    """
    mapping = project.mapping
    if mapping is None:
        return
    digits = [_digits(actor) for actor in mapping.actors]
    alike = Counter(digits)
    seen: dict[tuple[str, str], Actor] = {}
    for actor, own in zip(mapping.actors, digits, strict=True):
        if alike[own] == 1 and not actor.acronym:
            continue  # whose number nobody else has
        keys = [(region, shape) for region in dict.fromkeys(actor.regions) for shape in _shapes(actor)]
        other = next((seen[key] for key in keys if key in seen and seen[key].id != actor.id), None)
        if other is not None:
            message = _("“{id}” is probably the same actor as “{other}” (line {line}).")
            text = message.format(id=actor.id, other=other.id, line=other.place.line)
            yield Finding(actor.data.place("name"), text, _("Keep one, or make their names differ."))
        for key in keys:
            seen.setdefault(key, actor)


def _digits(actor: Actor) -> str:
    return "".join(filter(str.isdigit, fold(actor.name)))


def _shapes(actor: Actor) -> Iterator[str]:
    """What two actors share who are probably one: the acronym, the name, or the name less one letter.

    Two names one letter apart (or with two neighbours swapped) have a shape in common; digits are never left
    out, since “Comité 1” and “Comité 2” are two.
    """
    if actor.acronym:
        yield "=" + fold(actor.acronym)
    name = " ".join(re.findall(r"\w+", fold(actor.name)))
    yield name
    if len(name) > 5:
        digits = _digits(actor)
        for index, char in enumerate(name):
            if not char.isdigit():
                yield f"{digits}|{name[:index]}{name[index + 1 :]}"
        yield f"{digits}|{name}"


@rule("M006")
def unknown_mapping_reference(project: Project) -> Iterator[Finding]:
    """An actor names a region, type, sector or actor that the mapping does not have.

    It would be counted nowhere.

    File: mapping.yaml
    Bad:
        regions: [goa]
    Good:
        regions: [gao]
    """
    mapping = project.mapping
    if mapping is None:
        return
    names = {
        "regions": _("region"),
        "actor_types": _("actor type"),
        "sectors": _("sector"),
        "actors": _("actor"),
    }
    known = {key: ids(mapping, key) for key in names}
    for key, id_, data, path in references(mapping):
        if id_ not in known[key] and id_ not in explained(project, key):
            yield unknown(names[key], id_, known[key], data.place(*path))
    for actor in mapping.actors:
        if actor.regions and mapping.region_by_id.keys() >= set(actor.regions):
            yield from _other_regions(actor)


def _other_regions(actor: Actor) -> Iterator[Finding]:
    """Values per region for regions that are not the actor's."""
    for key in ("status", "reason", "reason_code", "appointment"):
        for region in actor.data.get(key, {}):
            if region and region not in actor.regions:
                name = actor.data.node.entries[key][1].entries[region][0]
                message = _("“{region}” is none of this actor's regions.").format(region=region)
                place = name.place(actor.data.file)
                yield Finding(place, message, did_you_mean(region, actor.regions))


def unknown(what: str, id_: str, known: Collection[str], place: Place, way_out: str = "") -> Finding:
    """The finding for an id that nothing has; `way_out` where none is near."""
    message = _("No {what} has the id “{id}”.").format(what=what, id=id_)
    way_out = way_out or _("Known: {names}.").format(names=listing(known))
    return Finding(place, message, did_you_mean(id_, known) or way_out)


@rule("M007", Severity.WARNING)
def cercle_elsewhere(project: Project) -> Iterator[Finding]:
    """A cercle lies in another region than the actor's.

    By the map of 2021; the law of March 2023 redrew the cercles, so this may be right.

    File: mapping.yaml
    Bad:
        cercles: [Kita]
    Good:
        cercles: [Ansongo]
    """
    mapping = project.mapping
    if mapping is None:
        return
    regions = mapping.region_by_id.values()
    slugs = {region.id: known_region(region.id, region.name, region.code) for region in regions}
    for actor in mapping.actors:
        here = {slugs.get(region) for region in actor.regions}
        for index, cercle in enumerate(actor.cercles):
            region = region_of_cercle(cercle)
            if region is not None and here and None not in here and region not in here:
                message = _("The cercle {cercle} lay in the region {region} in 2021.")
                place = actor.data.place("cercles", index)
                text = message.format(cercle=cercle, region=region)
                yield Finding(place, text, _("Check the region, or the cercle."))


@rule("M008", Severity.WARNING)
def date_outside_campaign(project: Project) -> Iterator[Finding]:
    """A date lies outside the campaign.

    An appointment before the first day or long after the last is mostly a wrong year.

    File: mapping.yaml
    Bad:
        appointment: 2033-06-20
    Good:
        appointment: 2023-06-20
    """
    mapping = project.mapping
    if mapping is None or mapping.campaign.start is None:
        return
    start = mapping.campaign.start
    end = campaign_end(mapping.campaign) or start + dt.timedelta(days=366)
    for day, place in _dates(mapping):
        if not start <= day <= end:
            message = _("{day} lies outside the campaign ({start} to {end}).")
            text = message.format(day=day, start=start, end=end)
            yield Finding(place, text, _("Check the day, the month and the year."))
    for deliverable in mapping.data.get("deliverables", ()):
        due = deliverable.get("due")
        if due and due < start:
            message = _("{day} comes before the campaign's first day ({start}).").format(day=due, start=start)
            yield Finding(deliverable.place("due"), message, _("Check the day, the month and the year."))


def _dates(mapping: ActorMapping) -> Iterator[tuple[dt.date, Place]]:
    """Appointments and holidays, each with its place."""
    for actor in mapping.actors:
        for region, day in actor.data.get("appointment", {}).items():
            yield day, actor.data.place("appointment", *([region] if region else []))
    for index, day in enumerate(mapping.campaign.holidays):
        yield day, mapping.campaign.data.place("holidays", index)


@rule("M009")
def exit_without_reason(project: Project) -> Iterator[Finding]:
    """An actor is declined, unreachable, postponed or replaced, and no reason is given.

    The report owes its readers the number of refusals and their reasons.

    File: mapping.yaml
    Bad:
        status: declined
    Good:
        status: declined
        reason: "Équipe en mission."
    """
    mapping = project.mapping
    if mapping is None:
        return
    for actor in mapping.actors:
        for region, status in actor.data.get("status", {}).items():
            if status not in EXIT_STATUSES:
                continue
            if not actor.reason(region or next(iter(actor.regions), "")) and not _misread_reason(actor):
                place = actor.data.place("status", *([region] if region else []))
                message = _("The status “{status}” needs a reason.").format(status=status)
                yield Finding(place, message, _('Add a line “reason: "…"” to this actor.'))


def _misread_reason(actor: Actor) -> bool:
    """Whether a reason is written that cannot be read, or for a region not the actor's: told as such."""
    reasons = set(actor.data.get("reason", ()))
    return actor.data.has("reason") and (not reasons or not reasons <= {*actor.regions, ""})


@rule("M010", Severity.WARNING)
def version_to_choose(project: Project) -> Iterator[Finding]:
    """A colleague's value waits above an actor, in a comment that begins with # ≠.

    Both laptops changed the same key: nothing was lost, and only a person can say which value is right.

    File: mapping.yaml
    Bad:
        # ≠ comment: "Bureau fermé"
        comment: Bureau n° 2
    Good:
        comment: Bureau n° 2
    """
    source = project.sources.get(MAPPING)
    if source is None or "# ≠ " not in source.text:
        return
    for number, line in enumerate(source.text.split("\n"), start=1):
        if line.lstrip().startswith("# ≠ "):
            place = Place(MAPPING, number, len(line) - len(line.lstrip()) + 1, len(line.strip()))
            message = _("Another version of this value was received.")
            yield Finding(place, message, _("Keep the right one below, then delete this line."))


RULES = (
    unknown_mapping_key, missing_mapping_key, bad_mapping_value, duplicate_mapping_id,
    probable_duplicate_actor, unknown_mapping_reference, cercle_elsewhere, date_outside_campaign,
    exit_without_reason, version_to_choose,
)  # fmt: skip
