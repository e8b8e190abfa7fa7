"""Sums over intervals: what they hold, that they add, and what they do about missing prices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from python_models.ptdf import gram as grams
from python_models.ptdf.gram import (
    MOST_PATTERNS,
    Part,
    accumulate,
    add,
    align,
    combine,
    moments,
    places,
    squared_error,
    subtract,
)
from python_models.ptdf.rare import rows_where_bound, without


def sample(seed: int, rows: int = 40, columns: int = 5, targets: int = 6):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, columns)) * (rng.random((rows, columns)) < 0.5)
    return x, rng.standard_normal((rows, targets)) + 3


def gram(x, y):
    return accumulate(csr_array(x), y)


def assert_same(first, second):
    for name, a, b in zip(first._fields, first, second, strict=True):
        assert a == pytest.approx(b, rel=1e-12, abs=1e-10), name


def test_sums_by_hand():
    found = gram(np.array([[1.0, 0.0], [2.0, 3.0]]), np.array([[10.0], [20.0]]))
    assert found.xx.tolist() == [[[5, 6], [6, 9]]]
    assert found.sum_x.tolist() == [[3, 3]] and found.bound.tolist() == [2, 1]
    assert found.xy.tolist() == [[50], [60]]
    assert (found.sum_y, found.yy, found.count, found.rows) == ([30], [500], [2], [2])


@pytest.mark.parametrize("fill", [np.nan, 7.0])
def test_a_target_is_summed_over_its_own_rows(fill):
    x, y = sample(1)
    y[3:7, 1] = fill
    y[[2, 9], 4] = fill
    y[3:7, 5] = fill
    found = gram(x, y)
    for target in range(y.shape[1]):
        own = ~np.isnan(y[:, target])
        alone = gram(x[own], y[own][:, [target]])
        m = moments(found, found.pattern[target], np.array([target]))
        expected = moments(alone, 0, np.array([0]))
        for a, b in zip(m, expected, strict=True):
            assert a == pytest.approx(b)
        assert found.present[target] == own.sum()
    # 1 and 5 share their gaps; nothing extra where nothing is missing
    assert len(found.rows) == (3 if np.isnan(fill) else 1)
    assert found.rows[0] == len(y)


def test_no_column_no_target_no_row_are_ordinary():
    for shape in ((4, 0, 2), (4, 2, 0), (0, 2, 2)):
        rows, columns, targets = shape
        found = gram(np.zeros((rows, columns)), np.zeros((rows, targets)))
        assert found.xy.shape == (columns, targets)
        assert found.count.tolist() == [rows] * targets
        assert add(found, found).rows[0] == 2 * rows


def test_a_target_that_is_never_there_has_no_rows():
    x, y = sample(2)
    y[:, 3] = np.nan
    found = gram(x, y)
    assert found.pattern[3] == -1 and found.count[3] == 0 and found.present[3] == 0
    assert not found.xy[:, 3].any() and len(found.rows) == 1


def test_gaps_that_few_targets_share_are_left_out_beyond_a_number():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((60, 2))
    y = rng.standard_normal((60, 2 * MOST_PATTERNS))
    for target in range(1, y.shape[1]):
        y[target % 60, target] = np.nan
    found = gram(x, y)
    assert len(found.rows) == MOST_PATTERNS and (found.pattern >= 0).sum() == MOST_PATTERNS
    assert found.present.tolist() == [60] + [59] * (y.shape[1] - 1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 3), min_size=40, max_size=40))
def test_any_split_of_the_rows_adds_up(seed, part_of_row):
    x, y = sample(seed)
    rng = np.random.default_rng(seed)
    y[rng.integers(0, 40, 3), 2] = np.nan
    y[:20, 5] = np.nan
    part_of_row = np.array(part_of_row)
    pieces = [gram(x[part_of_row == p], y[part_of_row == p]) for p in rng.permutation(4)]
    whole, total = gram(x, y), pieces[0]
    for piece in pieces[1:]:
        total = add(total, piece)
    every = np.arange(5), np.arange(6)
    at_once = combine([Part(piece, *every) for piece in pieces], 5, 6)
    for found in (total, at_once):
        assert found.present.tolist() == whole.present.tolist()
        for target in range(6):
            a, b = (moments(g, g.pattern[target], np.array([target])) for g in (found, whole))
            for left, right in zip(a, b, strict=True):
                assert left == pytest.approx(right, rel=1e-9, abs=1e-9)


def test_what_is_taken_away_was_never_there():
    x, y = sample(4)
    y[5:9, 2] = np.nan
    whole, part, rest = gram(x, y), gram(x[:15], y[:15]), gram(x[15:], y[15:])
    found = subtract(whole, part)
    assert found.present.tolist() == rest.present.tolist()
    for target in range(6):
        a, b = (moments(g, g.pattern[target], np.array([target])) for g in (found, rest))
        for left, right in zip(a, b, strict=True):
            assert left == pytest.approx(right, rel=1e-9, abs=1e-9)


def test_other_names():
    x, y = sample(5, columns=3, targets=2)
    have, want = ["b", "c", "gone"], ["a", "b", "c"]
    moved = align(gram(x, y), places(have, want), np.array([1, 0]), (3, 2))
    expected = gram(np.column_stack([np.zeros(40), x[:, :2]]), y[:, ::-1])
    assert_same(moved, expected)


def test_targets_with_too_few_rows_make_no_pattern():
    x, y = sample(6)
    parts = [gram(x[:20], y[:20]), gram(x[20:], y[20:, :5])]
    every = np.arange(5)
    found = combine(
        [Part(parts[0], every, np.arange(6)), Part(parts[1], every, np.arange(5))], 5, 6, 0.9
    )
    assert found.pattern.tolist() == [0] * 5 + [-1] and len(found.rows) == 1
    assert found.present.tolist() == [40] * 5 + [20] and found.yy[5] == 0


def test_squared_error_is_that_of_the_rows():
    x, y = sample(7)
    rng = np.random.default_rng(0)
    b, intercept = rng.standard_normal((5, 6)), rng.standard_normal(6)
    found = squared_error(moments(gram(x, y), 0, np.arange(6)), b, intercept)
    assert found == pytest.approx(((y - intercept - x @ b) ** 2).mean(axis=0))


def test_rows_of_rare_constraints_go_with_them():
    x, y = sample(8)
    rare = np.array([False, True, False, False, True])
    drop = (x[:, 1] != 0) | (x[:, 4] != 0)
    assert (rows_where_bound(csr_array(x), rare) == drop).all()
    found = without(gram(x, y), csr_array(x), y, rare)
    assert_same(found, gram(x[~drop][:, ~rare], y[~drop]))
    none = np.zeros(5, bool)
    assert_same(without(gram(x, y), csr_array(x), y, none), gram(x, y))


def test_errors_say_what_is_wrong():
    x, y = sample(9)
    with pytest.raises(ValueError, match="40 rows, y has 39"):
        gram(x, y[1:])
    with pytest.raises(ValueError, match="x has values that are not finite"):
        gram(np.where(x == 0, np.nan, x), y)
    y[3, 2] = np.inf
    with pytest.raises(ValueError, match="target 2 has an infinite value"):
        gram(x, y)
    with pytest.raises(ValueError, match="align them first"):
        grams.add(gram(x, sample(9)[1]), gram(x[:, 1:], sample(9)[1]))
