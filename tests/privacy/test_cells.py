"""No hidden cell can be computed: the arithmetic is done again here, by enumeration."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consultkit.privacy.cells import Table, mask, mask_below, mask_totals, merge_small


def grid(masked):
    """Cells with their totals, as shown."""
    rows = [[*cells, total] for cells, total in zip(masked.cells, masked.row_totals, strict=True)]
    return [*rows, [*masked.column_totals, masked.total]]


def solutions(shown, most):
    """Every table of whole numbers, none above `most`, that agrees with what is shown."""
    rows = [
        [
            [*way, sum(way)]
            for way in product(*([cell] if cell is not None else range(most + 1) for cell in row[:-1]))
            if row[-1] in (None, sum(way))
        ]
        for row in shown[:-1]
    ]
    for cells in product(*rows):
        down = [sum(column) for column in zip(*cells, strict=True)]
        if all(s in (None, d) for s, d in zip(shown[-1], down, strict=True)):
            yield [*cells, down]


def possible(shown, most):
    """What each hidden place may hold, by enumeration."""
    values = {(i, j): set() for i, row in enumerate(shown) for j, count in enumerate(row) if count is None}
    for full in solutions(shown, most):
        for i, j in values:
            values[i, j].add(full[i][j])
    return values


def table(counts):
    rows = tuple(f"r{i}" for i in range(len(counts)))
    return Table(rows, tuple(f"c{j}" for j in range(len(counts[0]))), tuple(map(tuple, counts)))


small = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 6), min_size=width, max_size=width),
        min_size=1,
        max_size=2 if width == 3 else 3,
    )
)


@settings(max_examples=120, deadline=None)
@given(small)
def test_no_hidden_count_has_one_possible_value(counts):
    threshold = 3
    masked = mask(table(counts), threshold)
    shown = grid(masked)
    true = grid(mask(table(counts), 1))
    for (i, j), values in possible(shown, 8).items():
        assert true[i][j] in values
        assert len(values) > 1
        if 0 < true[i][j] < threshold:
            assert len(values) >= threshold


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=1, max_size=6))
def test_what_is_shown_is_true_and_never_small(counts):
    shown = grid(mask(table(counts)))
    true = grid(mask(table(counts), 1))
    for row, other in zip(shown, true, strict=True):
        for count, real in zip(row, other, strict=True):
            assert count is None or (count == real and not 0 < count < 5)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=2, max_size=6))
def test_lines_with_their_total_never_hide_one_count_alone(counts):
    shown = grid(mask(table(counts)))
    for line in [*shown, *zip(*shown, strict=True)]:
        assert sum(count is None for count in line) != 1


def test_few_others_are_hidden():
    masked = mask(table([[10, 2, 7], [8, 9, 12], [3, 20, 30]]))
    assert masked.cells == ((None, None, 7), (8, 9, 12), (None, None, 30))
    assert masked.row_totals == (19, 29, 53)
    assert masked.total == 101


def test_a_table_of_large_counts_and_zeros_is_shown_whole():
    masked = mask(table([[10, 0], [0, 12]]))
    assert grid(masked) == [[10, 0, 10], [0, 12, 12], [10, 12, 22]]


def test_one_small_count_alone_hides_everything():
    assert grid(mask(table([[3]]))) == [[None, None], [None, None]]


def test_a_list_of_counts():
    assert grid(mask(table([[12], [3], [9]]))) == [[12, 12], [None, None], [None, None], [24, 24]]
    assert grid(mask(table([[12], [8]]))) == [[12, 12], [8, 8], [20, 20]]
    assert grid(mask(Table((), ("",), ()))) == [[0, 0]]


def test_small_categories_are_merged_with_a_neighbour():
    assert merge_small(table([[10], [2], [1], [6]]), "Autres") == Table(
        ("r0", "Autres"), ("c0",), ((10,), (9,))
    )
    assert merge_small(table([[10], [12]]), "Autres") == table([[10], [12]])
    assert merge_small(table([[10], [4], [0]]), "Autres").rows == ("r2", "Autres")


def test_tables_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="below zero"):
        table([[-1]])
    with pytest.raises(ValueError, match="do not fit"):
        Table(("a",), ("b",), ())


@settings(max_examples=150, deadline=None)
@given(small)
def test_nothing_is_computed_from_totals_that_readers_know(counts):
    threshold = 3
    masked = mask_below(table(counts), threshold)
    if masked is None:
        return
    shown, true = grid(masked), grid(mask(table(counts), 1))
    assert shown[-1] == true[-1]
    columns = [
        [way for way in product(range(total + 1), repeat=len(counts)) if sum(way) == total]
        for total in shown[-1][:-1]
    ]
    values = {(i, j): set() for i, row in enumerate(shown) for j, cell in enumerate(row) if cell is None}
    for ways in product(*columns):
        full = [[*row, sum(row)] for row in zip(*ways, strict=True)]
        if all(s in (None, f) for row, other in zip(shown[:-1], full, strict=True)
               for s, f in zip(row, other, strict=True)):  # fmt: skip
            for i, j in values:
                values[i, j].add(full[i][j])
    for (i, j), found in values.items():
        assert true[i][j] in found
        assert len(found) > min(1, true[-1][j])
        if 0 < true[i][j] < threshold:
            assert len(found) >= min(threshold, true[-1][j] + 1)


def test_a_total_that_readers_know_is_no_reason_to_withhold_a_table():
    masked = mask_below(table([[5, 1], [6, 0]]))
    assert masked.cells == ((None, None), (None, None))
    assert masked.row_totals == (6, 6) and masked.column_totals == (11, 1)
    assert mask_below(table([[3], [9]])).cells == ((None,), (None,))
    assert mask_below(table([[3]])) is None


@st.composite
def raising(draw):
    """How many were heard, by type and region, and how many of them raise a theme."""
    height, width = draw(st.sampled_from([(1, 1), (1, 3), (3, 1), (2, 2), (3, 2)]))
    most = [[draw(st.integers(0, 6)) for _column in range(width)] for _row in range(height)]
    return [[draw(st.integers(0, cap)) for cap in row] for row in most], most


@settings(max_examples=150, deadline=None)
@given(raising())
@example(([[0, 0], [0, 5], [10, 0]], [[7, 0], [0, 19], [19, 0]]))
@example(([[2, 0], [0, 3], [4, 0]], [[3, 0], [0, 4], [4, 0]]))
def test_no_total_follows_from_those_of_the_other_side(raised):
    counts, most = raised
    threshold = 3
    masked = mask_totals(table(counts), table(most), threshold)
    shown = [*masked.row_totals, *masked.column_totals, masked.total]
    true, largest = totals(counts), totals(most)
    ways = [
        found
        for cells in product(*(range(cap + 1) for row in most for cap in row))
        for found in [totals([cells[i : i + len(most[0])] for i in range(0, len(cells), len(most[0]))])]
        if all(s in (None, f) for s, f in zip(shown, found, strict=True))
    ]
    for place, (told, count, cap) in enumerate(zip(shown, true, largest, strict=True)):
        assert told in (None, count) and not (told and 0 < told < threshold)
        values = {way[place] for way in ways}
        assert count in values
        if told is None:
            assert len(values) > min(1, cap)
            assert not 0 < count < threshold or len(values) >= min(threshold, cap + 1)


def totals(rows):
    """Those of rows, of columns, and of all."""
    return [*map(sum, rows), *map(sum, zip(*rows, strict=True)), sum(map(sum, rows))]


def test_totals_that_a_type_or_a_region_fills_are_hidden():
    """Ten raise it, of nine heard in Mopti and one in Kayes: the total alone would tell both."""
    alone = mask_totals(table([[9, 1]]), table([[9, 1]]))
    assert alone.column_totals == (None, None) and alone.total is None
    many = mask_totals(table([[6, 2, 7]]), table([[12, 11, 12]]))
    assert many.column_totals == (None, None, 7) and many.total == 15
    # Types t0 and t4 were heard in Gao alone, t3 in Mopti alone: twelve and five there tell each.
    told = mask_totals(table([[2, 0], [0, 5], [10, 0]]), table([[7, 0], [0, 19], [19, 0]]))
    assert told.row_totals == (None, 5, None) and told.column_totals == (12, 5)
