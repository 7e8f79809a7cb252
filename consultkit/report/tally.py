"""The campaign in figures: every count that a document shows, masked where it must be.

Counts of consultations per region are the coverage that was agreed on, and are always shown. In the shared
edition everything else goes through `privacy.cells`: small categories are merged first, the same way in every
table, then small cells hidden. A table whose hidden cells the coverage would give away is left out whole. The
document on one region shows what the one on all regions may show of it: subtracted, they tell nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from consultkit.coverage import Coverage, counted, coverage, heard_actors
from consultkit.i18n import _
from consultkit.model import Note, Project
from consultkit.privacy.cells import THRESHOLD, Masked, Table, mask, mask_below, mask_totals, merge_small
from consultkit.progress import themes_raised
from consultkit.report import words
from consultkit.schema.declare import EXIT_STATUSES


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by row and column; None is hidden; `totals` are the rows', where they may be shown."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    totals: tuple[int | None, ...]

    def column(self, index: int) -> Counts:
        """One column alone, which is then its rows' totals."""
        cells = tuple(row[index] for row in self.cells)
        return Counts(self.rows, (self.columns[index],), tuple((cell,) for cell in cells), cells)


@dataclass(frozen=True, slots=True)
class Shares:
    """One list of counts and its total; empty where nothing of it may be shown."""

    items: tuple[tuple[str, int | None], ...]
    total: int | None


class Tally:
    """Counts for one edition of one document, of one region or of all."""

    def __init__(self, project: Project, *, masked: bool, region: str = "") -> None:
        self.project = project
        self.masked = masked
        self.region = region

    @cached_property
    def held(self) -> list[Note]:
        """The consultations that count here."""
        return [note for note in counted(self.project) if self.region in ("", note.region)]

    @cached_property
    def coverage(self) -> list[Coverage]:
        """The coverage of the regions that the document is about."""
        return [row for row in coverage(self.project) if self.region in ("", row.region)]

    @property
    def regions(self) -> dict[str, str]:
        """Names of the regions that the document is about, by id."""
        return {row.region: row.name for row in self.coverage}

    @property
    def minimum(self) -> int:
        """Consultations agreed in all."""
        campaign = self.project.mapping.campaign if self.project.mapping else None
        agreed = sum(row.minimum for row in self.coverage)
        return agreed if self.region or campaign is None else campaign.minimum or agreed

    @property
    def short(self) -> bool:
        """Whether consultations are missing: in a region, or in all."""
        return any(row.missing for row in self.coverage) or len(self.held) < self.minimum

    # One list of counts

    def persons(self, names: Mapping[str, str], of: str) -> Shares:
        """Persons heard by a key of their line in the header (`gender`, `age`), whose values have names."""
        found: Counter[tuple[str, str]] = Counter()
        for note in counted(self.project):
            for person in note.participants:
                found[words.named(names, getattr(person, of)), note.region] += person.count
        heard = Counter[str]()
        for (_name, region), number in found.items():
            heard[region] += number
        if self.masked and self.region and any(0 < number < THRESHOLD for number in heard.values()):
            return Shares((), None)  # by sex and by age, others' totals would tell of so few
        return self._shares(found)

    def talks(self, names: Mapping[str, str], of: str) -> Shares:
        """Consultations by something that each has one of (`mode`, `format`, `verbatim`)."""
        notes = counted(self.project)
        found = Counter((words.named(names, getattr(note, of)), note.region) for note in notes)
        return self._shares(found, mask_below)

    def languages(self) -> Shares:
        """Consultations by language: one in two languages counts for both, so there is no total.

        A reader knows that each was held in one at least: the sum of a region's is taken for known.
        """
        spoken = [
            (note.region, {words.language_name(code): None for code in note.languages})
            for note in counted(self.project)
        ]
        found = Counter((name, region) for region, names in spoken for name in names)
        if self.masked:  # a talk in two languages that few spoke is one talk in others
            sizes = Counter(name for _region, names in spoken for name in names)
            merged = merge_small(Table(tuple(sizes), ("",), tuple((n,) for n in sizes.values())), _("Other"))
            found = Counter(
                (name, region)
                for region, names in spoken
                for name in {name if name in merged.rows else _("Other"): None for name in names}
            )
        return Shares(self._shares(found, mask_below).items, None)

    def exits(self) -> tuple[Shares, Shares]:
        """Actors who were not heard, by what happened and by the reason's kind."""
        happened: Counter[tuple[str, str]] = Counter()
        why: Counter[tuple[str, str]] = Counter()
        heard = heard_actors(self.project)
        for actor in self.project.mapping.actors if self.project.mapping else ():
            for region in dict.fromkeys(actor.regions):
                status = actor.status(region)
                if status in EXIT_STATUSES and actor.id not in heard[region]:
                    happened[_(words.STATUSES[status]), region] += 1
                    why[_(words.REASONS[actor.reason_code(region) or "other"]), region] += 1
        return self._shares(happened), self._shares(why)

    def _shares(
        self, found: Counter[tuple[str, str]], masking: Callable[[Table], Masked | None] = mask
    ) -> Shares:
        """The counts (by name and region) of the document, largest first.

        They are masked with those of all regions together: the document on one region, taken from the one on
        all, would tell the others.
        """
        here, everywhere = Counter[str](), Counter[str]()
        for (name, region), number in found.items():
            here[name] += number if region in self.regions else 0
            everywhere[name] += number
        ordered = sorted(((k, n) for k, n in here.items() if n), key=lambda item: (-item[1], item[0]))
        if not self.masked or not ordered:
            return Shares(tuple(ordered), sum(here.values()))
        regions = tuple(sorted({region for _name, region in found}))
        names = sorted(everywhere, key=lambda name: (-everywhere[name], name))  # the same in all documents
        counts = tuple(tuple(found[name, region] for region in regions) for name in names)
        label = _("Other groups") if _("Other") in names else _("Other")
        merged = merge_small(Table(tuple(names), regions, counts), label)
        shown = masking(merged)
        if shown is None or len(merged.rows) == 1 < len(names):  # all of them merged: they tell nothing
            return Shares((), shown.total if shown and not self.region else None)
        if not self.region:
            return Shares(tuple(zip(shown.rows, shown.row_totals, strict=True)), shown.total)
        column = regions.index(self.region)
        cells = [row[column] for row in shown.cells]
        items = tuple(pair for pair in zip(shown.rows, cells, strict=True) if pair[1] != 0)
        items = items if any(cells) else ()
        return Shares(items, shown.column_totals[column])

    # Two ways

    def type_of(self, note: Note) -> str:
        """The name of the actor type that a consultation is counted under: the first actor's."""
        mapping = self.project.mapping
        actors = mapping.actor_by_id if mapping else {}
        types = mapping.type_by_id if mapping else {}
        kind = next((actors[id_].type for id_ in note.actors if id_ in actors), "")
        return types[kind].name if kind in types else _("Other")

    @cached_property
    def groups(self) -> dict[str, str]:
        """For each actor type heard, the column it is counted in: small types share one in all tables."""
        sizes = Counter(self.type_of(note) for note in self.held)
        kinds = self.project.mapping.actor_types if self.project.mapping else ()
        names = [kind.name for kind in kinds if sizes[kind.name]]
        names += [name for name in sizes if name not in names]
        if not self.masked or not names:
            return {name: name for name in names}
        merged = merge_small(
            Table(tuple(names), ("",), tuple((sizes[name],) for name in names)), _("Other types")
        )
        return {name: name if name in merged.rows else _("Other types") for name in names}

    @property
    def types(self) -> tuple[str, ...]:
        """The columns of tables by actor type; merged types come last."""
        return tuple(sorted(dict.fromkeys(self.groups.values()), key=lambda name: name == _("Other types")))

    @cached_property
    def _whole(self) -> Tally:
        """The counts of all regions, which the document on one of them must not give away."""
        return Tally(self.project, masked=True)

    def by_type_and_region(self) -> Counts | None:
        """Consultations by actor type and region; None where hidden cells would follow from the coverage."""
        if self.masked and self.region:
            whole = self._whole.by_type_and_region()
            return whole.column(list(self._whole.regions).index(self.region)) if whole else None
        table = self._crossed(self.held)
        if not self.masked:
            return Counts(table.rows, table.columns, table.counts, tuple(map(sum, table.counts)))
        shown = mask_below(table)
        return Counts(table.rows, table.columns, shown.cells, shown.row_totals) if shown else None

    def _crossed(self, notes: Iterable[Note]) -> Table:
        """Consultations by actor type and region."""
        found = Counter((self.groups[self.type_of(note)], note.region) for note in notes)
        counts = tuple(tuple(found[type_, region] for region in self.regions) for type_ in self.types)
        return Table(self.types, tuple(self.regions.values()), counts)

    @cached_property
    def raised(self) -> list[tuple[Note, frozenset[str]]]:
        """Each consultation held with the themes that it raised, its follow-ups included."""
        found = themes_raised(self.project)
        return [(note, found[note.id]) for note in self.held]

    def themes(self, kind: str) -> tuple[Counts, Counts]:
        """The themes of a kind: consultations that raise them, by actor type and by region.

        Both tables have the same row totals, and are masked together. Of one region, the shared edition tells
        what the document on all regions tells: by type as well, it would be a table in three ways.
        """
        if self.masked and self.region:
            column = self._whole.themes(kind)[1].column(list(self._whole.regions).index(self.region))
            return column, column
        themes = [theme for theme in self.project.themes if theme.kind == kind]
        held, threshold = self._crossed(self.held), THRESHOLD if self.masked else 1
        raising = (self._crossed(n for n, raised in self.raised if theme.id in raised) for theme in themes)
        told = [mask_totals(table, held, threshold) for table in raising]
        rows, totals = tuple(theme.name for theme in themes), tuple(one.total for one in told)
        return (
            Counts(rows, held.rows, tuple(one.row_totals for one in told), totals),
            Counts(rows, held.columns, tuple(one.column_totals for one in told), totals),
        )
