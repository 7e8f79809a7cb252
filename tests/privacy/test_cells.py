"""No hidden cell can be computed: the arithmetic is done again here, by enumeration."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultkit.privacy.cells import Table, mask, mask_counts, merge_small


def grid(masked):
    """Cells with their totals, as shown."""
    rows = [[*cells, total] for cells, total in zip(masked.cells, masked.row_totals, strict=True)]
    return [*rows, [*masked.column_totals, masked.total]]


def solutions(shown, most):
    """Every table of whole numbers, none above `most`, that agrees with what is shown."""
    height, width = len(shown) - 1, len(shown[0]) - 1
    choices = [
        [shown[i][j]] if shown[i][j] is not None else range(most + 1)
        for i in range(height)
        for j in range(width)
    ]
    for values in product(*choices):
        cells = [list(values[i * width : (i + 1) * width]) for i in range(height)]
        full = [[*row, sum(row)] for row in cells]
        full.append([sum(row[j] for row in full) for j in range(width + 1)])
        if all(
            s is None or s == f
            for row, other in zip(shown, full, strict=True)
            for s, f in zip(row, other, strict=True)
        ):
            yield full


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
    assert mask_counts(["f", "m", "x"], [12, 3, 9]) == ({"f": 12, "m": None, "x": None}, 24)
    assert mask_counts(["f", "m"], [12, 8]) == ({"f": 12, "m": 8}, 20)
    assert mask_counts([], []) == ({}, 0)


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
    assert table([[1, 2]]).transposed().counts == ((1,), (2,))
