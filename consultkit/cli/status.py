"""consultkit status: coverage, progress, calendar, deliverables, whom to call."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.coverage import Coverage, coverage
from consultkit.diagnostic import has_errors
from consultkit.i18n import N_, _
from consultkit.load import load
from consultkit.model import Project
from consultkit.output.diagnostics import coverage_json
from consultkit.output.terminal import Line, clip, pad, printable, say, terminal_width, width_of
from consultkit.progress import by_type, due, next_steps, theme_counts, to_call, working_days
from consultkit.rules import run, select
from consultkit.text import long_date

PRIORITY = {"high": N_("high priority"), "medium": N_("medium priority"), "low": N_("low priority")}
MOST_CALLS = 8


class Format(StrEnum):
    """How the state is printed."""

    TEXT = "text"
    JSON = "json"


def status(format: Annotated[Format, typer.Option(help=_("How the state is printed."))] = Format.TEXT) -> int:
    """Coverage, progress, deliverables, whom to call."""
    project = load(root())
    steps = next_steps(project, has_errors(select(run(project), ignored=["C"])))
    if format is Format.JSON:
        themes = [
            {"id": t.id, "passages": t.passages, "notes": t.notes, "regions": t.regions}
            for t in theme_counts(project)
        ]
        rows = coverage_json(coverage(project))
        print(
            json.dumps(
                {"version": 1, "coverage": rows, "themes": themes, "next": steps},
                ensure_ascii=False,
                indent=1,
            )
        )
        return 0
    width = terminal_width()
    for block in (
        _regions(project, width),
        _types(project, width),
        _days(project),
        _deliverables(project),
        _calls(project, width),
    ):
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


def _deliverables(project: Project) -> list[Line]:
    rows = due(project)
    if not rows:
        return []
    lines: list[Line] = [[(_("Deliverables"), "bold")]]
    for deliverable, delivered in rows:
        late = not delivered and deliverable.due is not None and deliverable.due < project.today
        state = _("delivered") if delivered else _("late") if late else _("due")
        day = long_date(deliverable.due) if deliverable.due else ""
        style = "green" if delivered else "red" if late else ""
        lines.append([(f"  {printable(deliverable.id)} ", ""), (state, style), (f" {day}".rstrip(), "")])
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
