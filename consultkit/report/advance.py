"""The progress report: what was held, is planned, is in the way, comes next. No note is named.

What is planned, and who can still be contacted, would tell beside an exported mapping who was heard: the
internal edition alone counts them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from consultkit.i18n import _, ngettext
from consultkit.progress import due, to_call, without_note, working_days
from consultkit.report import words
from consultkit.report.tables import bullets, count, esc, table
from consultkit.report.view import View, held_words, unheard_words
from consultkit.text import long_date


class Advance:
    """Where the campaign stands, for the weekly word to the commissioner."""

    def __init__(self, view: View, since: dt.date | None) -> None:
        self.view = view
        self.project = view.project
        self.since = since
        self.internal = view.disclosure.internal

    def held(self) -> str:
        """Consultations held, drafted and missing by region."""
        fresh = Counter(
            n.region for n in self.view.tally.held if self.since and n.date and n.date >= self.since
        )
        heads = [_("Region"), _("Held"), _("Agreed"), _("Missing"), _("Being written up")]
        rows = [
            [esc(r.name), str(r.done), str(r.minimum), str(r.missing), str(r.draft)]
            for r in self.view.tally.coverage
        ]
        if self.internal:
            planned = Counter(region for _actor, region in without_note(self.project))
            heads.append(_("Planned"))
            for row, region in zip(rows, self.view.tally.coverage, strict=True):
                row.append(str(planned[region.region]))
        if self.since:
            heads.insert(2, _("Since {date}").format(date=long_date(self.since)))
            for row, region in zip(rows, self.view.tally.coverage, strict=True):
                row.insert(2, str(fresh[region.region]))
        table_ = table(heads, rows, _("Consultations by region"), numbers_from=1)
        return table_.removeprefix("::: {.landscape}\n").removesuffix("\n:::")  # one page, upright

    def summary(self) -> str:
        """The state of the campaign in a few sentences."""
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield held_words(self.view.tally)
        days = working_days(self.project)
        if days:
            yield _("{used} of {total} working days are used; the last one is {end}.").format(
                used=days.used, total=days.total, end=long_date(days.end)
            )

    def difficulties(self) -> str:
        """Actors who could not be heard, by what happened and why."""
        tally = self.view.tally
        happened, why = tally.exits()
        if happened.total is None:
            return _("Actors could not be heard; so few that their number is not shown.")
        if not happened.total:
            return _("None was recorded in the mapping.")
        shown = [(name, number) for shares in (happened, why) for name, number in shares.items]
        lines = [f"{unheard_words(happened.total)}."]
        if len(happened.items) > 1 or not tally.masked:
            lines += [
                _("{label}: {values}.").format(label=esc(name), values=count(number))
                for name, number in shown
            ]
        return bullets(lines)

    def next_steps(self) -> str:
        """What comes next, region by region, then what is still to be written."""
        return bullets(step[:1].upper() + step[1:] for step in self._steps()) or _(
            "Nothing is left to be done."
        )

    def _steps(self) -> Iterator[str]:
        waiting = Counter(region for _actor, region in to_call(self.project))
        for row in self.view.tally.coverage:
            if row.missing:
                hold = ngettext("hold {n} more consultation", "hold {n} more consultations", row.missing)
                left = ngettext(
                    " ({n} actor can still be contacted)",
                    " ({n} actors can still be contacted)",
                    waiting[row.region],
                ).format(n=waiting[row.region])
                yield _("{region}: {step}").format(
                    region=esc(row.name),
                    step=hold.format(n=row.missing) + (left if self.internal else ""),
                )
        drafts = sum(row.draft for row in self.view.tally.coverage)
        if drafts:
            yield ngettext(
                "finish {n} note being written up", "finish {n} notes being written up", drafts
            ).format(n=drafts)
        for region, name in (*self.view.tally.regions.items(), *([("", "")] if not self.view.region else [])):
            document = self.view.synthesis(region)
            if document is None or not document.done:
                yield _("write the synthesis: {region}").format(region=esc(name) or _("across regions"))

    def deliverables(self) -> str:
        """What is due when, and what was delivered."""
        rows = []
        for item, done in due(self.project):
            late = item.due and item.due < self.project.today
            state = _("delivered") if done else _("late") if late else _("due")
            day = long_date(item.due) if item.due else "–"
            if not self.view.region or item.region in ("", self.view.region):
                rows.append([_(words.DELIVERABLES.get(item.kind, item.kind)), day, state])
        return table([_("Deliverable"), _("Due on"), _("State")], rows, _("Deliverables"))
