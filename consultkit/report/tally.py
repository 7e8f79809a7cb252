"""The campaign in figures: every count that a document shows, masked where it must be.

Counts of consultations per region are the coverage that was agreed on, and are always shown. In the shared
edition everything else goes through `privacy.cells`: small categories are merged first, the same way in every
table, then small cells hidden. A table whose hidden cells the coverage would give away is left out whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from consultkit.coverage import Coverage, counted, coverage, heard_actors
from consultkit.i18n import _
from consultkit.model import Note, Project, Theme
from consultkit.privacy.cells import Masked, Table, mask, mask_counts, merge_small
from consultkit.progress import themes_in
from consultkit.report import words
from consultkit.schema.declare import EXIT_STATUSES


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by row and column; None is hidden; `totals` are the rows', where they may be shown."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    totals: tuple[int | None, ...]


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
        found: Counter[str] = Counter()
        for note in self.held:
            for person in note.participants:
                found[words.named(names, getattr(person, of))] += person.count
        return self._shares(found)

    def talks(self, names: Mapping[str, str], of: str) -> Shares:
        """Consultations by something that each has one of (`mode`, `format`, `verbatim`)."""
        found = Counter(words.named(names, getattr(note, of)) for note in self.held)
        return self._shares(found, public=True)

    def languages(self) -> Shares:
        """Consultations by language: one in two languages counts for both, so there is no total."""
        found = Counter(
            words.language_name(code) for note in self.held for code in dict.fromkeys(note.languages)
        )
        return Shares(self._shares(found).items, None)

    def exits(self) -> tuple[Shares, Shares]:
        """Actors who were not heard, by what happened and by the reason's kind."""
        happened: Counter[str] = Counter()
        why: Counter[str] = Counter()
        heard = heard_actors(self.project)
        for actor in self.project.mapping.actors if self.project.mapping else ():
            for region in dict.fromkeys(actor.regions):
                status = actor.status(region)
                if region in self.regions and status in EXIT_STATUSES and actor.id not in heard[region]:
                    happened[_(words.STATUSES[status])] += 1
                    why[_(words.REASONS[actor.reason_code(region) or "other"])] += 1
        return self._shares(happened), self._shares(why)

    def _shares(self, found: Counter[str], *, public: bool = False) -> Shares:
        """The counts, largest first; `public` where their total is shown elsewhere."""
        ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        total = sum(found.values())
        if not self.masked or not ordered:
            return Shares(tuple(ordered), total)
        merged = merge_small(
            Table(tuple(k for k, _n in ordered), ("",), tuple((n,) for _k, n in ordered)), _("Other")
        )
        shown, seen = mask_counts(merged.rows, [row[0] for row in merged.counts])
        if seen is None and public:
            return Shares((), None)
        if len(shown) == 1 and len(ordered) > 1:  # all of them merged: they tell nothing
            return Shares((), seen)
        return Shares(tuple(shown.items()), seen)

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

    def by_type_and_region(self) -> Counts | None:
        """Consultations by actor type and region; None where hidden cells would follow from the coverage."""
        rows, columns = self.types, tuple(self.regions)
        found = Counter((self.groups[self.type_of(note)], note.region) for note in self.held)
        cells = tuple(tuple(found[row, column] for column in columns) for row in rows)
        names = tuple(self.regions.values())
        if not self.masked:
            return Counts(rows, names, cells, tuple(map(sum, cells)))
        shown = mask(Table(rows, names, cells))
        if shown.total is None or None in shown.column_totals:
            return None
        return Counts(rows, names, shown.cells, shown.row_totals)

    @cached_property
    def raised(self) -> list[tuple[Note, frozenset[str]]]:
        """Each consultation held with the themes that it raised, its follow-ups included."""
        found = {note.id: set(themes_in(note, self.project)) for note in self.held}
        for note in self.project.notes:
            if note.usable and note.follow_up_of in found:
                found[note.follow_up_of].update(themes_in(note, self.project))
        return [(note, frozenset(found[note.id])) for note in self.held]

    def themes(self, kind: str) -> tuple[Counts, Counts]:
        """The themes of a kind: consultations that raise them, by actor type and by region.

        Both tables have the same row totals: one that either must hide is hidden in both.
        """
        themes = [theme for theme in self.project.themes if theme.kind == kind]
        types, regions = self.types, tuple(self.regions)
        by_type = self._crossed(themes, types, lambda note: self.groups[self.type_of(note)])
        by_region = self._crossed(themes, regions, lambda note: note.region)
        totals = tuple(
            None if None in pair else pair[0]
            for pair in zip(by_type.row_totals, by_region.row_totals, strict=True)
        )
        rows, names = tuple(theme.name for theme in themes), tuple(self.regions.values())
        return Counts(rows, types, by_type.cells, totals), Counts(rows, names, by_region.cells, totals)

    def _crossed(
        self, themes: Iterable[Theme], columns: Sequence[str], column: Callable[[Note], str]
    ) -> Masked:
        found: Counter[tuple[str, str]] = Counter()
        for note, raised in self.raised:
            found.update((theme, column(note)) for theme in raised)
        ids = tuple(theme.id for theme in themes)
        cells = tuple(tuple(found[id_, name] for name in columns) for id_ in ids)
        table = Table(ids, tuple(columns), cells)
        if self.masked:
            return mask(table)
        sums = tuple(map(sum, cells))
        down = tuple(sum(row[index] for row in cells) for index in range(len(columns)))
        return Masked(ids, tuple(columns), cells, sums, down, sum(sums))
