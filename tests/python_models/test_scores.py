"""Scores of probabilities by hand, against scikit-learn, and their laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from python_models.calibration.recalibrate import NONE, apply, choose, isotonic, platt
from python_models.calibration.scores import (
    brier,
    expected_calibration_error,
    log_loss,
    murphy,
    reliability_table,
    skill,
)

P = np.array([0.1, 0.1, 0.4, 0.4, 0.4, 0.9])
Y = np.array([0.0, 1.0, 0.0, 0.0, 1.0, 1.0])

forecasts = st.lists(
    st.tuples(st.sampled_from([0, 0.05, 0.1, 0.3, 0.5, 0.77, 1]), st.sampled_from([0.0, 1.0])),
    min_size=1,
    max_size=60,
).map(lambda rows: tuple(np.array(v, float) for v in zip(*rows, strict=True)))


def test_by_hand():
    # (0.01 + 0.81 + 0.16 + 0.16 + 0.36 + 0.01) / 6
    assert brier(P, Y) == pytest.approx(1.51 / 6)
    assert log_loss(P, Y) == pytest.approx(-np.log([0.9, 0.1, 0.6, 0.6, 0.4, 0.9]).sum() / 6)
    parts = murphy(P, Y)
    # forecasts 0.1, 0.4, 0.9 with frequencies 1/2, 1/3, 1; base rate 1/2
    assert parts.reliability == pytest.approx((2 * 0.16 + 3 / 225 + 0.01) / 6)
    assert parts.resolution == pytest.approx((0 + 3 / 36 + 0.25) / 6)
    assert parts.uncertainty == pytest.approx(0.25)


def test_like_scikit_learn():
    rng = np.random.default_rng(1)
    p, y = rng.random(500), (rng.random(500) < 0.3) * 1.0
    assert brier(p, y) == pytest.approx(metrics.brier_score_loss(y, p))
    assert log_loss(p, y) == pytest.approx(metrics.log_loss(y, p))


@given(forecasts)
@settings(max_examples=100, deadline=None)
def test_the_parts_add_up(rows):
    p, y = rows
    parts = murphy(p, y)
    total = parts.reliability - parts.resolution + parts.uncertainty
    assert total == pytest.approx(brier(p, y), abs=1e-12)
    assert parts.reliability >= 0 and parts.resolution >= 0


@given(forecasts)
@settings(max_examples=100, deadline=None)
def test_bins_hold_every_case_once_and_split_no_forecast(rows):
    p, y = rows
    table = reliability_table(p, y)
    assert table.count.sum() == len(p) and (table.count > 0).all() and len(table.count) <= 15
    assert (table.count * table.mean_p).sum() == pytest.approx(p.sum())
    assert (table.count * table.observed).sum() == pytest.approx(y.sum())
    assert (np.diff(table.mean_p) > 0).all()
    order = np.random.default_rng(0).permutation(len(p))
    again = reliability_table(p[order], y[order])
    assert again.mean_p == pytest.approx(table.mean_p)


def test_bins_of_distinct_forecasts_have_equal_mass():
    rng = np.random.default_rng(2)
    p = rng.random(1500)
    table = reliability_table(p, (rng.random(1500) < p) * 1.0)
    assert table.count.tolist() == [100] * 15
    order = np.sort(p).reshape(15, 100)
    assert table.mean_p == pytest.approx(order.mean(axis=1))


def test_calibration_error_by_hand():
    # bins are the three forecasts: 2 x 0.4, 3 x 1/15, 1 x 0.1
    assert expected_calibration_error(P, Y) == pytest.approx((0.8 + 0.2 + 0.1) / 6)
    half = np.full(8, 0.5)
    assert expected_calibration_error(half, np.r_[np.ones(4), np.zeros(4)]) == 0.0


def test_skill():
    assert skill(0.1, 0.4) == pytest.approx(0.75)
    # climatology says 1/2 to three of six: 1/4; the forecasts come to 1.51 / 6
    climatology = brier(np.full(6, Y.mean()), Y)
    assert skill(brier(P, Y), climatology) == pytest.approx(1 - 4 * 1.51 / 6)
    assert skill(climatology, 0.25) == 0.0
    assert skill(climatology, brier(1 - Y, Y)) == pytest.approx(0.75)
    assert skill(0.0, 0.0) == 0.0
    assert skill(0.1, 0.0) == -np.inf
    assert skill(0.0, 0.1) == 1.0


def test_certain_and_wrong_is_finite():
    assert log_loss(np.array([0.0]), np.array([1.0])) == pytest.approx(-np.log(1e-15))
    assert log_loss(np.array([1.0]), np.array([1.0])) == pytest.approx(0, abs=1e-14)


def test_nothing_to_score():
    nothing = np.zeros(0)
    assert np.isnan([brier(nothing, nothing), log_loss(nothing, nothing)]).all()
    assert np.isnan(murphy(nothing, nothing)).all()
    assert np.isnan(expected_calibration_error(nothing, nothing))
    assert len(reliability_table(nothing, nothing).count) == 0


def drawn(seed: int, count: int, distort) -> tuple[np.ndarray, np.ndarray]:
    """Forecasts that are a distortion of the truth, and outcomes."""
    rng = np.random.default_rng(seed)
    truth = sigmoid(rng.normal(-2, 1.5, count))
    return distort(truth), (rng.random(count) < truth) * 1.0


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def too_sure(p):
    return sigmoid(0.7 + 2 * np.log(p / (1 - p)))


def test_a_line_through_the_log_odds_is_found():
    p, y = drawn(3, 40_000, too_sure)
    found = platt(p, y)
    # the inverse of 0.7 + 2 z is z / 2 - 0.35
    assert (found.slope, found.intercept) == pytest.approx((0.5, -0.35), abs=0.03)
    after = apply(found, p)
    assert expected_calibration_error(after, y) < 0.1 * expected_calibration_error(p, y)


def test_isotonic_never_falls_and_is_never_certain():
    p, y = drawn(4, 3000, np.square)
    found = isotonic(p, y)
    after = apply(found, np.linspace(0, 1, 500))
    assert (np.diff(after) >= 0).all()
    assert after.min() > 0 and after.max() < 1


def test_the_choice_is_made_on_the_later_slice():
    assert choose(*drawn(5, 8000, too_sure), *drawn(6, 8000, too_sure)).method == "PLATT"
    # a step: no line through the log-odds does it
    assert choose(*drawn(7, 8000, step), *drawn(8, 8000, step)).method == "ISOTONIC"
    # what was wrong is right by then
    assert choose(*drawn(9, 8000, too_sure), *drawn(10, 8000, lambda p: p)) is NONE


def step(p):
    return np.where(p > 0.3, 0.02 + 0.01 * p, 0.01 * p)


def test_too_few_cases_to_put_anything_right():
    p, y = drawn(11, 2000, too_sure)
    few = np.zeros(2000)
    assert choose(p, few, p, y) is NONE
    assert choose(p, y, p, few) is NONE
    with pytest.raises(ValueError, match="0 of 2000 rows bound"):
        isotonic(p, few)
    assert apply(NONE, p) is p
