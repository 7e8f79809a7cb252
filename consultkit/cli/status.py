"""consultkit status: coverage, progress, calendar, deliverables, whom to call."""

from __future__ import annotations

import datetime as dt
import json
from enum import StrEnum
from typing import Annotated

import typer

from consultkit.cli import day_given, root
from consultkit.coverage import Coverage, coverage
from consultkit.diagnostic import has_errors
from consultkit.i18n import N_, _, language, ngettext
from consultkit.load import load
from consultkit.model import Project
from consultkit.output.diagnostics import coverage_json
from consultkit.output.terminal import Line, clip, pad, printable, say, terminal_width, width_of
from consultkit.progress import (
    appointments,
    by_type,
    due,
    new_since,
    next_steps,
    old_drafts,
    paces,
    theme_counts,
    to_call,
    working_days,
)
from consultkit.rules import run, select
from consultkit.text import listing, long_date

PRIORITY = {"high": N_("high priority"), "medium": N_("medium priority"), "low": N_("low priority")}
MOST_CALLS = 8


class Format(StrEnum):
    """How the state is printed."""

    TEXT = "text"
    JSON = "json"


def status(
    format: Annotated[Format, typer.Option(help=_("How the state is printed."))] = Format.TEXT,
    since: Annotated[str | None, typer.Option(metavar="DATE", help=_("What is new since that day."))] = None,
) -> int:
    """Coverage, progress, deliverables, whom to call."""
    project = load(root())
    steps = next_steps(project, has_errors(select(run(project), ignored=["C"])), "consultkit status")
    if format is Format.JSON:
        themes = [
            {"id": t.id, "passages": t.passages, "notes": t.notes, "regions": t.regions}
            for t in theme_counts(project)
        ]
        rows = coverage_json(coverage(project))
        state = {"version": 1, "coverage": rows, "themes": themes, "next": steps}
        print(json.dumps(state, ensure_ascii=False, indent=1))
        return 0
    width = terminal_width()
    if since is not None:
        say([*_news(project, day_given(since)), [("", "")]])
    blocks = (
        _regions(project, width),
        _types(project, width),
        _days(project),
        _remarks(project),
        _ahead(project, width),
        _deliverables(project),
        _calls(project, width),
    )
    for block in blocks:
        if block:
            say([*block, [("", "")]])
    say([[(_("Next"), "bold")], *([("  " + step, "cyan")] for step in steps)])
    return 0


def _bar(done: int, draft: int, total: int, size: int) -> Line:
    """Held, drafted, still to hold, as a bar of `size` signs."""
    total = max(total, done + draft, 1)
    full, half = round(size * done / total), round(size * draft / total)
    half = min(half, size - full)
    return [("█" * full, "green"), ("▒" * half, "yellow"), ("·" * (size - full - half), "dim")]


def _regions(project: Project, width: int) -> list[Line]:
    rows = coverage(project)
    if not rows:
        return []
    names = max(width_of(row.name) for row in rows)
    size = max(8, min(30, width - names - 34))
    lines: list[Line] = [[(_("Consultations held"), "bold")]]
    return lines + [_region(row, names, size) for row in rows]


def _region(row: Coverage, names: int, size: int) -> Line:
    numbers = f" {row.done}/{row.minimum}"
    notes = [_("{n} in draft").format(n=row.draft)] if row.draft else []
    notes += [_("{n} to hold").format(n=row.missing)] if row.missing else []
    tail = " · ".join(notes)
    return [("  " + pad(printable(row.name), names) + " ", ""), *_bar(row.done, row.draft, row.minimum, size),
            (pad(numbers, 7), "bold"), (" " + tail, "")]  # fmt: skip


def _types(project: Project, width: int) -> list[Line]:
    rows = by_type(project)
    if not rows:
        return []
    names = min(max(width_of(name) for name, _held, _mapped in rows), max(12, width - 28))
    lines: list[Line] = [[(_("Actors heard, by type"), "bold")]]
    for name, held, mapped in rows:
        label = pad(clip(printable(name), names), names)
        lines.append([(f"  {label} ", ""), *_bar(held, 0, mapped, 12), (f" {held}/{mapped}", "bold")])
    return lines


def _days(project: Project) -> list[Line]:
    days = working_days(project)
    if days is None:
        return []
    text = _("{used} of {total} used; the last one is {day}.")
    return [
        [(_("Working days"), "bold")],
        [("  " + text.format(used=days.used, total=days.total, day=long_date(days.end)), "")],
    ]


def _remarks(project: Project) -> list[Line]:
    """The pace of each region that is behind, and drafts that wait."""
    lines: list[Line] = []
    for pace in paces(project):
        text = _("At this pace {name} ends on {day}, in time.")
        if pace.late:
            text = ngettext(
                "At this pace {name} ends on {day}, {late} working day too late.",
                "At this pace {name} ends on {day}, {late} working days too late.",
                pace.late,
            )
        told = text.format(name=printable(pace.name), day=long_date(pace.finish), late=pace.late)
        lines.append([("  " + told, "red" if pace.late else "green")])
    waiting = old_drafts(project)
    if waiting:
        text = ngettext(
            "{n} draft is older than 48 hours: {ids}.",
            "{n} drafts are older than 48 hours: {ids}.",
            len(waiting),
        )
        told = text.format(n=len(waiting), ids=listing(note.id for note in waiting))
        lines.append([("  " + told, "yellow")])
    keep = project.mapping.campaign.destroy_after if project.mapping else None
    if keep and keep <= project.today:
        text = _("Since {day} the identities should be destroyed: `consultkit purge`.")
        lines.append([("  " + text.format(day=long_date(keep)), "red")])
    return [[(_("To watch"), "bold")], *lines] if lines else []


def _ahead(project: Project, width: int) -> list[Line]:
    rows = appointments(project)
    if not rows:
        return []
    lines: list[Line] = [[(_("Appointments ahead"), "bold")]]
    for day, actor, region in rows[:MOST_CALLS]:
        lines.append([(clip(f"  {long_date(day)} · {printable(actor.name)} · {region}", width), "")])
    return lines


def _news(project: Project, since: dt.date) -> list[Line]:
    lines: list[Line] = [[(_("New since {day}").format(day=long_date(since)), "bold")]]
    colon = " :" if language() == "fr" else ":"
    for row, held, drafted in new_since(project, since):
        text = _("{held} held, {drafted} in draft").format(held=held, drafted=drafted)
        lines.append([(f"  {printable(row.name)}{colon} {text}", "")])
    for delivery in project.deliveries:
        if delivery.date and delivery.date >= since:
            text, file = _("{file} delivered to {to}"), printable(delivery.file)
            lines.append([("  " + text.format(file=file, to=printable(delivery.to)), "")])
    return lines


def _deliverables(project: Project) -> list[Line]:
    rows = due(project)
    if not rows:
        return []
    lines: list[Line] = [[(_("Deliverables"), "bold")]]
    states = max(map(width_of, (_("delivered"), _("late"), _("due"))))
    ids = max(width_of(deliverable.id) for deliverable, _delivered in rows)
    for deliverable, delivered in rows:
        late = not delivered and deliverable.due is not None and deliverable.due < project.today
        state = _("delivered") if delivered else _("late") if late else _("due")
        day = long_date(deliverable.due) if deliverable.due else ""
        style = "green" if delivered else "red" if late else ""
        name, when = pad(printable(deliverable.id), ids), f" {day}".rstrip()
        lines.append([(f"  {name} ", ""), (pad(state, states) if when else state, style), (when, "")])
    return lines


def _calls(project: Project, width: int) -> list[Line]:
    waiting = to_call(project)
    if not waiting:
        return []
    lines: list[Line] = [[(_("To call next"), "bold")]]
    for actor, region in waiting[:MOST_CALLS]:
        text = f"  {printable(actor.name)} · {region} · {_(PRIORITY[actor.priority])}"
        lines.append([(clip(text, width), "")])
    if len(waiting) > MOST_CALLS:
        lines.append([("  " + _("and {n} more").format(n=len(waiting) - MOST_CALLS), "dim")])
    return lines
