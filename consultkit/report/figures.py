"""The report's figures as SVG, drawn by hand: from counts to markup, each with its text alternative.

A masked count is `None`: it is drawn as a cell of fixed size with the caller's label, so nothing in the
drawing depends on it. Words are in the language in use.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from consultkit.i18n import _, ngettext
from consultkit.report import svg
from consultkit.report.mali import MapRegion, region_map, region_map_alt

__all__ = [
    "Bar", "Lane", "MapRegion", "Milestone", "coverage_bars", "coverage_bars_alt", "heat_map", "heat_map_alt",
    "region_map", "region_map_alt", "stacked_bars", "stacked_bars_alt", "timeline", "timeline_alt",
]  # fmt: skip

Counts = Sequence[Sequence[int | None]]  # a row each; None is masked


@dataclass(frozen=True, slots=True)
class Bar:
    """Consultations of one region: held, agreed minimum (None if there is none), drafts not counted."""

    label: str
    value: int
    target: int | None = None
    extra: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """A line of the calendar: a region and the days of its consultations, one entry each."""

    label: str
    days: Sequence[date] = field(default=())


@dataclass(frozen=True, slots=True)
class Milestone:
    """A deliverable: its name, and when it is due."""

    label: str
    due: date


# Coverage


def coverage_bars(bars: Sequence[Bar]) -> str:
    """Consultations held against the minimum, one bar a region, drafts in a lighter tone."""
    if not bars:
        return svg.nothing()
    labels = [svg.wrap(bar.label, 190) for bar in bars]
    left = max(svg.block_width(lines) for lines in labels) + 12
    right = max(_count_width(bar) + svg.text_width(_drafts(bar), 11.5) for bar in bars) + 22
    unit = (svg.WIDTH - left - right) / max(1, *(max(bar.value + bar.extra, bar.target or 0) for bar in bars))
    keys = [(svg.SHADES[5], "", _("Consultations held"))]
    keys += [(svg.DRAFT, "", _("Drafts"))] if any(bar.extra for bar in bars) else []
    keys += [("|", "", _("Agreed minimum"))] if any(bar.target for bar in bars) else []
    parts, y = svg.legend(keys, 2)
    top = y
    for bar, lines in zip(bars, labels, strict=True):
        height = max(32.0, len(lines) * 15 + 10)
        parts += svg.lines_at(left - 10, y + height / 2, lines, anchor="end")
        parts += _bar(bar, left, y + height / 2, unit)
        y += height
    return svg.document(y + 4, [*parts, svg.rule(left, top, left, y, svg.MUTED)])


def _drafts(bar: Bar) -> str:
    return ngettext("+ {n} draft", "+ {n} drafts", bar.extra).format(n=bar.extra) if bar.extra else ""


def _count_width(bar: Bar) -> float:
    return svg.text_width(svg.out_of(bar.value, bar.target), 12, True)


def _bar(bar: Bar, left: float, middle: float, unit: float) -> Iterator[str]:
    done, target = bar.value * unit, (bar.target or 0) * unit
    if target > done:
        yield svg.rect(left, middle - 8, target, 16, "#F4F5F4")
    if bar.extra:
        yield svg.rect(left + done, middle - 8, bar.extra * unit, 16, svg.DRAFT)
    if bar.value:
        yield svg.rect(left, middle - 8, done, 16, svg.SHADES[5])
    if bar.target:
        yield svg.rule(left + target, middle - 12, left + target, middle + 12, svg.RUST, 2.4)
    x = left + max(done + bar.extra * unit, target) + 9
    held, fill = svg.out_of(bar.value, bar.target), svg.RUST if target > done else svg.INK
    yield svg.text_at(x, middle + 4.4, held, bold=True, fill=fill)
    if bar.extra:
        yield svg.text_at(x + _count_width(bar) + 5, middle + 4.4, _drafts(bar), 11.5, fill=svg.MUTED)


def coverage_bars_alt(bars: Sequence[Bar]) -> str:
    """The bars in words."""
    if not bars:
        return _("No data yet")
    said = (f"{svg.in_words(bar.value, bar.target)}, {_drafts(bar)}".removesuffix(", ") for bar in bars)
    listed = svg.by_name((bar.label for bar in bars), said)
    return _("Bar chart of the consultations held, by region. {list}.").format(list=listed)


# Actor types by region


def stacked_bars(rows: Sequence[str], columns: Sequence[str], values: Counts, *, masked: str = "·") -> str:
    """One bar a row, one segment a column, each with its number and its letter in the key."""
    if not rows or not columns:
        return svg.nothing()
    labels = [svg.wrap(row, 150) for row in rows]
    left = max(svg.block_width(lines) for lines in labels) + 12
    space = svg.WIDTH - left - 6
    hidden = [sum(value is None for value in row) for row in values]
    block = min(max(26.0, svg.text_width(masked, 11) + 8), space * 0.7 / max(1, *hidden))
    known = [max(1, sum(value or 0 for value in row)) for row in values]
    unit = min((space - block * none) / total for none, total in zip(hidden, known, strict=True))
    keys = [(svg.SERIES[i % len(svg.SERIES)], _letter(i), column) for i, column in enumerate(columns)]
    keys += [("/", "", _kept_back())] if any(hidden) else []
    parts, y = svg.legend(keys, 2)
    top = y
    for row, lines in zip(values, labels, strict=True):
        height = max(44.0, len(lines) * 15 + 10)
        parts += svg.lines_at(left - 10, y + height / 2 - 3, lines, anchor="end")
        parts += _segments(row, left, y + height / 2 - 15, unit, block, masked)
        y += height
    return svg.document(y + 4, [*parts, svg.rule(left, top, left, y, svg.MUTED)])


def _kept_back() -> str:
    # Also true of a cell hidden only because its neighbour could be computed from it.
    return _("kept back: a small number, or one that would reveal it")


def _letter(index: int) -> str:
    """A to Z, then A2, B2…"""
    return chr(ord("A") + index % 26) + (str(index // 26 + 1) if index >= 26 else "")


def _segments(
    row: Sequence[int | None], x: float, y: float, unit: float, block: float, masked: str
) -> Iterator[str]:
    for index, value in enumerate(row):
        if value == 0:
            continue
        width = block if value is None else value * unit
        fill = svg.SERIES[index % len(svg.SERIES)]
        if value is None:
            yield from svg.masked_cell(x, y, width, 24, masked)
        else:
            yield svg.rect(x, y, width, 24, fill, "#FFFFFF")
            if width > svg.text_width(str(value), 11.5, True) + 1:
                middle = x + width / 2
                yield svg.text_at(
                    middle, y + 16.2, str(value), 11.5, anchor="middle", fill=svg.ink_on(fill), bold=True
                )
        if width > svg.text_width(_letter(index), 10) + 1:
            yield svg.text_at(x + width / 2, y + 35, _letter(index), 10, anchor="middle", fill=svg.MUTED)
        x += width


def stacked_bars_alt(
    rows: Sequence[str], columns: Sequence[str], values: Counts, *, masked: str = "·"
) -> str:
    """The bars in words, without the zeros."""
    if not rows or not columns:
        return _("No data yet")
    said = []
    for counts in values:
        cells = [(name, count) for name, count in zip(columns, counts, strict=True) if count != 0]
        shown = [f"{name} {masked if count is None else count}" for name, count in cells]
        said.append(", ".join(shown) or "0")
    return _("Stacked bars. {list}.").format(list=svg.by_name(rows, said))


# Themes by actor type, by region


def heat_map(rows: Sequence[str], columns: Sequence[str], values: Counts, *, masked: str = "·") -> str:
    """A table of counts shaded by size; headings turn upright where they would not fit across."""
    if not rows or not columns:
        return svg.nothing()
    limit = 260 if len(columns) <= 6 else 200 if len(columns) <= 12 else 150
    row_lines = [svg.wrap(row, limit, 11.5) for row in rows]
    left = max(svg.block_width(lines, 11.5) for lines in row_lines) + 10
    cell = min(110.0, (svg.WIDTH - left - 1) / len(columns))
    head, y = _headings(columns, left, cell)
    parts = list(head)
    top = max((value or 0 for row in values for value in row), default=0)
    for lines, row in zip(row_lines, values, strict=True):
        height = max(25.0, len(lines) * 14.4 + 6)
        parts += svg.lines_at(left - 8, y + height / 2, lines, 11.5, anchor="end")
        for index, value in enumerate(row):
            parts += _cell(left + index * cell, y, cell, height, value, top, masked)
        y += height
    if any(value is None for row in values for value in row):
        note, y = svg.legend([("/", "", _kept_back())], y + 10)
        parts += note
    return svg.document(y + 2, parts)


def _headings(columns: Sequence[str], left: float, cell: float) -> tuple[list[str], float]:
    """Column headings and where the table begins: across while no word must be cut, else upright."""
    across = [svg.wrap(column, cell - 6, 11) for column in columns]
    longest = max(svg.text_width(word, 11) for column in columns for word in column.split(" "))
    if len(columns) == 1 or longest <= cell - 6:
        bottom = max(len(lines) for lines in across) * 13.75 + 4
        parts: list[str] = []
        for index, lines in enumerate(across):
            middle = bottom - 2 - len(lines) * 13.75 / 2
            parts += svg.lines_at(left + (index + 0.5) * cell, middle, lines, 11, anchor="middle")
        return parts, bottom + 4
    size = min(11.0, cell - 1)
    allowed = max(1, int((cell - 2) / (size * 1.2)))
    length = min(200.0, max(70.0, longest + 1))
    while any(len(svg.wrap(column, length, size)) > allowed for column in columns):
        length += 10
    upright = [svg.wrap(column, length, size) for column in columns]
    bottom = max(svg.block_width(lines, size) for lines in upright) + 4
    turned: list[str] = []
    for index, lines in enumerate(upright):
        x = left + (index + 0.5) * cell + size * 0.36 - (len(lines) - 1) * size * 0.6
        for number, line in enumerate(lines):
            turned.append(svg.text_at(x + number * size * 1.2, bottom, line, size, turned=True))
    return turned, bottom + 6


def _cell(
    x: float, y: float, width: float, height: float, value: int | None, top: int, masked: str
) -> Iterator[str]:
    if value is None:
        yield from svg.masked_cell(x, y, width, height, masked)
        return
    fill = svg.shade(value, top)
    yield svg.rect(x, y, width, height, fill, svg.LINE)
    size = 11.5 if width >= svg.text_width(str(value), 11.5) + 2 else 8
    yield svg.text_at(
        x + width / 2, y + height / 2 + size * 0.36, str(value), size,
        anchor="middle", fill=svg.ink_on(fill) if value else svg.MUTED, bold=value > 0,
    )  # fmt: skip


def heat_map_alt(rows: Sequence[str], columns: Sequence[str], values: Counts, *, masked: str = "·") -> str:
    """The table in words: its size, its five highest counts, how many are kept back."""
    if not rows or not columns:
        return _("No data yet")
    cells = [
        (v, r, c) for r, row in zip(rows, values, strict=True) for c, v in zip(columns, row, strict=True)
    ]
    known = sorted((cell for cell in cells if cell[0]), key=lambda cell: -(cell[0] or 0))
    highest = svg.listed(f"{row} × {column} {value}" for value, row, column in known[:5])
    said = [
        _("Shaded table of {rows} rows and {columns} columns.").format(rows=len(rows), columns=len(columns))
    ]
    said += [_("Highest: {list}.").format(list=highest)] if highest else []
    hidden = sum(cell[0] is None for cell in cells)
    if hidden:
        words = ngettext("{n} cell kept back ({label}).", "{n} cells kept back ({label}).", hidden)
        said.append(words.format(n=hidden, label=masked))
    return " ".join(said)


# Calendar


def timeline(start: date, end: date, lanes: Sequence[Lane], milestones: Sequence[Milestone] = ()) -> str:
    """Weeks across, a lane a region with its consultations of the week, then the deliverables.

    `start` and `end` are the campaign as planned; the axis reaches as far as the data.
    For the internal edition.
    """
    weeks = _Weeks.over(start, end, lanes, milestones)
    labels = [svg.wrap(lane.label, 150) for lane in lanes]
    planned = svg.wrap(_("Planned period"), 150)
    left = max(svg.block_width(lines) for lines in [planned, *labels]) + 12
    cell = (svg.WIDTH - left - 2) / weeks.count
    parts, y = list(_week_heads(weeks, left, cell)), 24.0
    parts += svg.lines_at(left - 10, y + 12, planned, anchor="end")
    x1, x2 = left + cell * weeks.position(start), left + cell * (weeks.position(end) + 1 / weeks.days)
    parts.append(svg.rect(x1, y + 8, max(2.0, x2 - x1), 8, svg.SHADES[2]))
    y += 26
    counts = [Counter(int(weeks.position(day)) for day in lane.days) for lane in lanes]
    top = max((n for counter in counts for n in counter.values()), default=0)
    for lines, counter in zip(labels, counts, strict=True):
        height = max(28.0, len(lines) * 15 + 8)
        parts += svg.lines_at(left - 10, y + height / 2, lines, anchor="end")
        for week in range(weeks.count):
            parts += _week_cell(left + week * cell, y, cell, height, counter[week], top)
        y += height
    for milestone in milestones:
        x = left + cell * (weeks.position(milestone.due) + 0.5 / weeks.days)
        marks, y = _milestone(milestone, left, x, y)
        parts += marks
    return svg.document(y + 6, parts)


@dataclass(frozen=True, slots=True)
class _Weeks:
    """The axis: columns of a week from a Monday on, of several weeks where more than thirty are needed."""

    first: date
    count: int
    days: int

    @classmethod
    def over(cls, start: date, end: date, lanes: Sequence[Lane], milestones: Sequence[Milestone]) -> _Weeks:
        days = [start, end, *(day for lane in lanes for day in lane.days), *(mark.due for mark in milestones)]
        first = min(days).toordinal()
        first -= (first - 1) % 7
        span = max(days).toordinal() - first + 1
        step = 7 * math.ceil(span / 7 / 30)
        return cls(date.fromordinal(max(1, first)), math.ceil(span / step), step)

    def position(self, day: date) -> float:
        """Columns from the left edge to the morning of a day."""
        return (day - self.first).days / self.days


def short_date(day: date) -> str:
    """`5 juil.`, `5 Jul`: no year, which the report's text gives."""
    months = _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()
    return _("{day} {month}").format(day=day.day, month=months[day.month - 1])


def _week_heads(weeks: _Weeks, left: float, cell: float) -> Iterator[str]:
    """The Monday that opens a column, as many as fit."""
    for n in range(0, weeks.count, math.ceil(58 / cell)):
        if n * cell + 48 <= svg.WIDTH - left:
            monday = weeks.first + timedelta(days=n * weeks.days)
            yield svg.text_at(left + n * cell + 2, 14, short_date(monday), 11, fill=svg.MUTED)


def _week_cell(x: float, y: float, width: float, height: float, count: int, top: int) -> Iterator[str]:
    fill = svg.shade(count, top)
    yield svg.rect(x, y, width, height, fill, svg.LINE)
    if count:
        size = 11.5 if width >= svg.text_width(str(count), 11.5, True) + 2 else 8
        middle, base = x + width / 2, y + height / 2 + size * 0.36
        yield svg.text_at(middle, base, str(count), size, anchor="middle", fill=svg.ink_on(fill), bold=True)


def _milestone(milestone: Milestone, left: float, x: float, y: float) -> tuple[list[str], float]:
    """A diamond, its label on the side with more room; and where its line ends."""
    after = x - left < (svg.WIDTH - left) / 2
    lines = svg.wrap(_milestone_words(milestone), (svg.WIDTH - x if after else x) - 16, 11.5)
    height = max(24.0, len(lines) * 14.4 + 8)
    middle = y + height / 2
    diamond = f"M{svg.num(x)} {svg.num(middle - 7)}l7 7l-7 7l-7-7z"
    parts = [f'<path d="{diamond}" fill="#FFFFFF" stroke="{svg.RUST}" stroke-width="1.6"/>']
    beside, anchor = (x + 12, "start") if after else (x - 12, "end")
    return [*parts, *svg.lines_at(beside, middle, lines, 11.5, anchor=anchor)], y + height


def _milestone_words(milestone: Milestone) -> str:
    return _("{name}, due {date}").format(name=milestone.label, date=short_date(milestone.due))


def timeline_alt(start: date, end: date, lanes: Sequence[Lane], milestones: Sequence[Milestone] = ()) -> str:
    """The calendar in words."""
    period, last_day = _("Calendar from {start} to {end}."), short_date(end).removesuffix(".")
    parts = [period.format(start=short_date(start), end=last_day)]
    held = []
    for lane in lanes:
        held.append(str(len(lane.days)))
        if lane.days:
            first, last = short_date(min(lane.days)), short_date(max(lane.days))
            held[-1] = _("{n} ({first} to {last})").format(n=held[-1], first=first, last=last)
    if held:
        listed = svg.by_name((lane.label for lane in lanes), held)
        parts.append(_("Consultations held: {list}.").format(list=listed))
    due = svg.listed(_milestone_words(milestone) for milestone in milestones)
    return " ".join([*parts, _("Deliverables: {list}.").format(list=due)] if due else parts)
