"""No hidden cell can be computed: the arithmetic is done again here, by enumeration."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultkit.privacy.cells import Line, Table, mask, mask_below, mask_lines, merge_small


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
    assert table([[1, 2]]).transposed().counts == ((1,), (2,))


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
def seen_twice(draw):
    """The same consultations counted in two ways, and how many there are in each group."""
    most = [draw(st.lists(st.integers(0, 6), min_size=1, max_size=3)) for _line in range(2)]
    total = draw(st.integers(0, min(sum(most[0]), sum(most[1]))))
    lines = []
    for caps in most:
        left, counts = total, []
        for i, cap in enumerate(caps):
            least = max(0, left - sum(caps[i + 1 :]))
            counts.append(draw(st.integers(least, max(least, min(cap, left)))))
            left -= counts[-1]
        lines.append(Line(tuple(counts), tuple(caps)))
    return lines


@settings(max_examples=300, deadline=None)
@given(seen_twice(), st.booleans())
def test_a_count_seen_in_two_tables_is_computed_from_neither(lines, told):
    threshold = 3
    shown, total = mask_lines(lines, told=told, threshold=threshold)
    ways = [
        [
            values
            for values in product(*(range(most + 1) for most in line.most))
            if all(s is None or s == v for s, v in zip(cells, values, strict=True))
        ]
        for line, cells in zip(lines, shown, strict=True)
    ]
    totals = {sum(values) for values in ways[0]} & {sum(values) for values in ways[1]}
    totals = {total} if total is not None else totals
    assert told or total is None
    assert sum(lines[0].counts) in totals
    if total is None and sum(lines[0].most) and sum(lines[1].most):
        assert len(totals) > 1
    for line, cells, found in zip(lines, shown, ways, strict=True):
        for i, (count, most) in enumerate(zip(line.counts, line.most, strict=True)):
            assert cells[i] in (None, count) and not (cells[i] and 0 < cells[i] < threshold)
            most = min(most, *(sum(line.most) for line in lines))
            if cells[i] is None:
                values = {way[i] for way in found if sum(way) in totals}
                assert count in values and len(values) > min(1, most)
                assert not 0 < count < threshold or len(values) >= min(threshold, most + 1)


def test_a_region_that_all_of_one_theme_must_fill_is_hidden_with_the_total():
    """Ten raise it, of nine heard in Mopti and one in Kayes: the total alone would tell both."""
    assert mask_lines([Line((9, 1), (9, 1))]) == ([(None, None)], None)
    assert mask_lines([Line((6, 2, 7), (12, 11, 12))]) == ([(None, None, 7)], 15)
