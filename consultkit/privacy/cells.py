"""Counts that may be shown: small cells hidden, and none of them computable from what remains.

A count from 1 to the threshold less one is hidden (5 by default: 3, 5 and 10 are in use; hiding without
more let every cell be recovered from the totals). A zero is about nobody who spoke: it is shown, unless
hiding it keeps another cell hidden. One sign stands for every hidden cell, so that a reader knows only that
it is a whole number of nought or more. Then the audit: with all shown cells and totals in hand, no hidden
cell, and no hidden total, may have only one possible value; and a small one must leave room for as many
values as the threshold counts. While one fails, more is hidden. Small categories are better merged first
(`merge_small`).

What this does not cover: reports of different dates, and what readers know already.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

THRESHOLD = 5
_WITHOUT_END = 10**9

Cell = tuple[int, int]
Grid = list[list[int]]
_FREE: Mapping[Cell, int] = {}


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by row and column; every row has as many counts as there are columns, none below zero."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        """Refuses a table whose counts do not fit its labels."""
        if len(self.counts) != len(self.rows) or any(len(row) != len(self.columns) for row in self.counts):
            raise ValueError("the counts do not fit the rows and columns")
        if any(count < 0 for row in self.counts for count in row):
            raise ValueError("a count is below zero")


@dataclass(frozen=True, slots=True)
class Masked:
    """A table that may be shown: None is a hidden count."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None


def merge_small(table: Table, label: str, threshold: int = THRESHOLD) -> Table:
    """Merges the rows whose total is from 1 to threshold - 1 into one last row named `label`.

    Where they remain small together, the next smallest rows join them, as long as two rows are left.
    A single small row therefore takes a neighbour with it: merged alone it would still tell the same.
    """
    sums = [sum(counts) for counts in table.counts]
    order = sorted((i for i in range(len(sums)) if sums[i]), key=lambda i: (sums[i], i))
    merged = [i for i in order if sums[i] < threshold]
    if not merged or len(order) < 2:
        return table
    for i in order[len(merged) :]:
        if len(merged) > 1 and sum(sums[j] for j in merged) >= threshold:
            break
        merged.append(i)
    kept = [i for i in range(len(sums)) if i not in merged]
    other = tuple(sum(table.counts[i][j] for i in merged) for j in range(len(table.columns)))
    rows = (*(table.rows[i] for i in kept), label)
    return Table(rows, table.columns, (*(table.counts[i] for i in kept), other))


def mask(table: Table, threshold: int = THRESHOLD) -> Masked:
    """The table with small counts hidden, and as few others as keep them so."""
    masked = _mask(table, threshold, public=False)
    assert masked is not None  # hiding every total with the counts is always enough
    return masked


def mask_below(table: Table, threshold: int = THRESHOLD) -> Masked | None:
    """The same where readers know the columns' totals: these are shown; None where that gives a count away.

    A small count then leaves room for as many values as its column's total allows, up to the threshold.
    """
    return _mask(table, threshold, public=True)


def _mask(table: Table, threshold: int, *, public: bool) -> Masked | None:
    grid = _with_totals(table)
    known = {(len(grid) - 1, column) for column in range(len(grid[0]))} if public else set()
    small = {cell for cell in _cells(grid) if 0 < _at(grid, cell) < threshold} - known
    hidden = _closed(grid, small, threshold, known)
    if hidden is None or any(_is_total(grid, cell) for cell in hidden - small):
        hidden = _without_totals(grid, small, threshold, known) or hidden
    return None if hidden is None else _masked(table, grid, hidden)


def _closed(grid: Grid, hidden: set[Cell], threshold: int, known: set[Cell]) -> set[Cell] | None:
    """What to hide with these, loop by loop; None where what readers know is in the way."""
    while (exposed := _exposed(grid, hidden, threshold, known)) is not None:
        more = _loops(grid, hidden, *exposed, known)
        if more is None:
            return None
        hidden = hidden | more
    return hidden


def _without_totals(grid: Grid, small: set[Cell], threshold: int, known: set[Cell]) -> set[Cell] | None:
    """What to hide with these where no total need be: of all counts, those that cannot be given back."""
    hidden = small | {cell for cell in _cells(grid) if not _is_total(grid, cell)}
    if _exposed(grid, hidden, threshold, known) is not None:
        return None
    for cell in sorted(hidden - small, key=lambda cell: (-_at(grid, cell), cell)):
        if _exposed(grid, hidden - {cell}, threshold, known) is None:
            hidden = hidden - {cell}
    return hidden


def _with_totals(table: Table) -> Grid:
    """The counts with a last column and a last row of totals."""
    grid = [[*row, sum(row)] for row in table.counts]
    grid.append([sum(row[j] for row in grid) for j in range(len(table.columns) + 1)])
    return grid


def _cells(grid: Grid) -> Iterator[Cell]:
    return ((i, j) for i in range(len(grid)) for j in range(len(grid[0])))


def _at(grid: Grid, cell: Cell) -> int:
    return grid[cell[0]][cell[1]]


def _is_total(grid: Grid, cell: Cell) -> bool:
    return cell[0] == len(grid) - 1 or cell[1] == len(grid[0]) - 1


# The audit. Rows and columns are the nodes of a network and every count is a flow from one to another: what
# enters a node leaves it, which is just what "the cells add up to the totals" says, once the row and the
# column of totals are turned round. What a reader can deduce about a hidden count is by how much its flow can
# rise or fall round a loop of hidden counts, none falling below zero: a maximum flow each way, exact in whole
# numbers.


def _ends(grid: Grid, cell: Cell) -> tuple[int, int]:
    """The nodes that a count flows from and to: rows are 0.., columns come after them."""
    row, column = cell[0], len(grid) + cell[1]
    turned = (cell[0] == len(grid) - 1) != (cell[1] == len(grid[0]) - 1)
    return (column, row) if turned else (row, column)


def _room(grid: Grid, hidden: set[Cell], cell: Cell, enough: int, most: Mapping[Cell, int] = _FREE) -> int:
    """How many other values a hidden count may have, as far as a reader can tell, up to `enough`.

    `most` says of some how large they can be.
    """
    start, end = _ends(grid, cell)
    up = _flow(grid, hidden - {cell}, end, start, enough, most)
    down = _flow(grid, hidden - {cell}, start, end, min(enough - up, _at(grid, cell)), most)
    return up + down


def _flow(
    grid: Grid, hidden: set[Cell], source: int, sink: int, enough: int, most: Mapping[Cell, int]
) -> int:
    """The maximum flow, up to `enough`, over hidden counts, which rise to their most or fall to zero."""
    left = {(cell, -1): _at(grid, cell) for cell in hidden}
    left |= {(cell, 1): most.get(cell, _WITHOUT_END) - _at(grid, cell) for cell in hidden}
    steps: dict[int, list[tuple[int, Cell, int]]] = {}
    for cell in hidden:
        start, end = _ends(grid, cell)
        steps.setdefault(start, []).append((end, cell, 1))
        steps.setdefault(end, []).append((start, cell, -1))
    flow = 0
    while flow < enough:
        path = _path(steps, left, source, sink)
        if path is None:
            break
        amount = min([enough - flow, *(left[step] for step in path)])
        for cell, sign in path:
            left[cell, sign] -= amount
            left[cell, -sign] += amount
        flow += amount
    return flow


def _path(
    steps: dict[int, list[tuple[int, Cell, int]]], left: dict[tuple[Cell, int], int], source: int, sink: int
) -> list[tuple[Cell, int]] | None:
    """A shortest way from source to sink over counts that may still change, or None."""
    came: dict[int, tuple[int, Cell, int]] = {}
    queue = deque([source])
    while queue:
        node = queue.popleft()
        for other, cell, sign in steps.get(node, ()):
            if other not in came and other != source and left[cell, sign] > 0:
                came[other] = (node, cell, sign)
                queue.append(other)
    if sink not in came:
        return None
    path, node = [], sink
    while node != source:
        node, cell, sign = came[node]
        path.append((cell, sign))
    return path


def _exposed(grid: Grid, hidden: set[Cell], threshold: int, known: set[Cell]) -> tuple[Cell, int] | None:
    """A hidden count that leaves too little room, and how many other values it needs; or None."""
    for cell in sorted(hidden):
        enough = threshold - 1 if 0 < _at(grid, cell) < threshold else 1
        if known:
            enough = min(enough, grid[-1][cell[1]])
        if _room(grid, hidden, cell, enough) < enough:
            return cell, enough
    return None


# What to hide beside it: the cheapest loop through the exposed count in which it can rise by enough. There
# is always one: the count, its row's total, the grand total and its column's total rise together. Each loop
# settles its count for good, since hiding more never leaves less room.

_ZERO, _TOTAL, _GRAND = (
    300,
    10_000,
    1_000_000,
)  # what hiding costs beside an ordinary count (100 and its value)


def _cost(grid: Grid, hidden: set[Cell], cell: Cell) -> int:
    if cell in hidden:
        return 0
    if cell == (len(grid) - 1, len(grid[0]) - 1):
        return _GRAND
    if _is_total(grid, cell):
        return _TOTAL + _at(grid, cell)
    return 100 + _at(grid, cell) if _at(grid, cell) else _ZERO


def _loops(grid: Grid, hidden: set[Cell], exposed: Cell, enough: int, known: set[Cell]) -> set[Cell] | None:
    """What to hide for an exposed count to have room: rising or, where readers know too much, falling."""
    rising = _loop(grid, hidden, exposed, enough, known)
    if rising is not None:
        return rising
    down = min(enough, _at(grid, exposed))
    falling = _loop(grid, hidden, exposed, -down, known) if down else None
    rising = _loop(grid, hidden, exposed, enough - down, known) if enough > down else set()
    found = None if falling is None or rising is None else falling | rising
    return found if found is not None and not found <= hidden else None


def _loop(grid: Grid, hidden: set[Cell], exposed: Cell, by: int, known: set[Cell]) -> set[Cell] | None:
    """The counts of the cheapest loop (Dijkstra) along which the exposed one can rise by so much (below zero:
    fall); None where there is none without what readers know.
    """
    enough = abs(by)
    source, sink = reversed(_ends(grid, exposed)) if by > 0 else _ends(grid, exposed)
    steps: dict[int, list[tuple[int, Cell]]] = {}
    for cell in _cells(grid):
        start, end = _ends(grid, cell)
        if cell != exposed and cell not in known:
            steps.setdefault(start, []).append((end, cell))
            if _at(grid, cell) >= enough:
                steps.setdefault(end, []).append((start, cell))
    came: dict[int, tuple[int, Cell]] = {}
    queue: list[tuple[int, int, int, Cell]] = [(0, source, source, exposed)]
    while queue:
        cost, node, before, cell = heappop(queue)
        if node in came:
            continue
        came[node] = (before, cell)
        for other, step in steps.get(node, ()):
            heappush(queue, (cost + _cost(grid, hidden, step), other, node, step))
    if sink not in came:
        return None
    loop, node = {exposed}, sink
    while node != source:
        node, cell = came[node]
        loop.add(cell)
    return loop


def _masked(table: Table, grid: Grid, hidden: set[Cell]) -> Masked:
    shown = [
        [None if (i, j) in hidden else count for j, count in enumerate(row)] for i, row in enumerate(grid)
    ]
    return Masked(
        table.rows,
        table.columns,
        tuple(tuple(row[:-1]) for row in shown[:-1]),
        tuple(row[-1] for row in shown[:-1]),
        tuple(shown[-1][:-1]),
        shown[-1][-1],
    )


# One table of which only the totals are shown: a theme, by type and by region.


def mask_totals(table: Table, most: Table, threshold: int = THRESHOLD) -> Masked:
    """The totals of a table whose counts are not shown, small ones hidden and not to be computed.

    Readers know how large each count can be (`most`), and so what the totals of the one side say of the
    other's. A small total leaves room for as many values as the threshold counts, or as its most allows.
    """
    grid, largest = _with_totals(table), _with_totals(most)
    inner = {cell for cell in _cells(grid) if not _is_total(grid, cell)}
    caps = {cell: _at(largest, cell) for cell in inner}
    hidden = {cell for cell in _cells(grid) if _is_total(grid, cell) and 0 < _at(grid, cell) < threshold}

    def exposed() -> tuple[Cell, int] | None:
        for cell in sorted(hidden):
            enough = min(threshold - 1 if 0 < _at(grid, cell) < threshold else 1, _at(largest, cell))
            if _room(grid, inner | hidden, cell, enough, caps) < enough:
                return cell, enough
        return None

    while (known := exposed()) is not None:
        left = sorted(set(_cells(grid)) - inner - hidden, key=lambda cell: (_dearness(grid, cell), cell))
        if not left:
            break  # nothing is told at all
        settle = (c for c in left if _room(grid, inner | hidden | {c}, known[0], known[1], caps) >= known[1])
        hidden.add(next(settle, left[0]))
    return _masked(table, grid, inner | hidden)


def _dearness(grid: Grid, cell: Cell) -> tuple[bool, bool, int]:
    """What it costs to hide a total: the sum of all most, a nought more than a small one."""
    grand = cell == (len(grid) - 1, len(grid[0]) - 1)
    return grand, not _at(grid, cell), _at(grid, cell)
