"""Errors of coefficients against simulations and cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from python_models.ptdf.inference import Chunk, Repeats, clustered_error, rounding_error


def least_squares(x: np.ndarray) -> np.ndarray:
    """What takes sums of centred x times y to coefficients, `[K, K]`."""
    centred = x - x.mean(axis=0)
    return np.linalg.inv(centred.T @ centred)


def kinds_of(x: np.ndarray, kind: np.ndarray) -> Repeats:
    count = np.bincount(kind)
    sums = np.zeros((len(count), x.shape[1]))
    np.add.at(sums, kind, x)
    return Repeats(csr_array(sums), count)


def test_rounding_of_one_column_by_hand():
    x = np.array([[0.0], [2], [0], [2]])  # centred: -1, 1, -1, 1
    alone = rounding_error(
        least_squares(x), x.mean(axis=0), np.zeros((1, 1)), kinds_of(x, np.arange(4)), 0.01
    )
    assert alone[0, 0] == pytest.approx(0.01 / np.sqrt(12) / 2)  # of the mean of four
    twice = rounding_error(
        least_squares(x),
        x.mean(axis=0),
        np.zeros((1, 1)),
        kinds_of(x, np.array([0, 1, 0, 1])),
        0.01,
    )
    assert twice[0, 0] == pytest.approx(0.01 / np.sqrt(12) / np.sqrt(2))  # of the mean of two
    # with a factor of 3 the shadow price's own rounding counts where it binds
    of_both = rounding_error(
        least_squares(x), x.mean(axis=0), np.full((1, 1), 3.0), kinds_of(x, np.arange(4)), 0.01
    )
    assert of_both[0, 0] == pytest.approx(0.01 / np.sqrt(12) * np.sqrt((2 + 2 * 10) / 16))


def test_rounding_errors_are_those_of_rounded_prices():
    """Many times rounded differently, by a level that is added to all prices of a kind."""
    rng = np.random.default_rng(1)
    kind = rng.integers(0, 40, 200)
    x = np.where(rng.random((40, 3)) < 0.5, rng.uniform(1, 30, (40, 3)), 0)[kind]
    operator = least_squares(x)
    centred = x - x.mean(axis=0)
    of_many = []
    for _ in range(4000):
        exact = rng.uniform(0, 1, 40)[kind]
        of_many.append(operator @ centred.T @ (np.round(exact, 2) - exact))
    stated = rounding_error(operator, x.mean(axis=0), np.zeros((3, 1)), kinds_of(x, kind), 0.01)
    assert stated[:, 0] == pytest.approx(np.std(of_many, axis=0), rel=0.04)


def test_many_rows_are_taken_in_blocks():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((300, 150))
    args = least_squares(x), x.mean(axis=0), np.zeros((150, 2)), kinds_of(x, np.arange(300)), 1.0
    found = rounding_error(*args)
    expected = np.sqrt(np.diag(args[0]) / 12)
    assert found == pytest.approx(np.column_stack([expected, expected]))


def test_no_row_has_no_error():
    nothing = Repeats(csr_array((0, 2)), np.zeros(0, int))
    assert not rounding_error(np.eye(2), np.zeros(2), np.ones((2, 3)), nothing, 0.01).any()


@pytest.mark.parametrize(("days", "quantile"), [(2, 2.776), (6, 2.571), (41, 2.021)])
def test_few_days_have_wider_intervals(days, quantile):
    """Students quantiles for 4 (the least), 5 and 40 from a table; the days are alike."""
    x = np.tile([0.0, 2], 3)[:, None]
    y = np.tile([1.0, -1, 2, -2, 0, 0], 1)[:, None]
    chunk = Chunk(
        columns=np.array([0]),
        rows=6.0,
        sum_x=x.sum(axis=0),
        xx=x.T @ x,
        sum_y=y.sum(axis=0),
        xy=x.T @ y,
    )
    _, found = clustered_error(
        np.eye(1), np.ones(1), np.zeros((1, 1)), np.zeros(1), lambda: [chunk] * days
    )
    assert found == pytest.approx([quantile], abs=5e-4)


def test_one_day_says_nothing_of_days():
    error, quantile = clustered_error(
        np.eye(1), np.ones(1), np.zeros((1, 1)), np.zeros(1), lambda: []
    )
    assert np.isnan(error).all() and np.isnan(quantile).all()
