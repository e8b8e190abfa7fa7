"""Scores against integration, other formulas and hand calculation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from python_models.assimilation import diagnostics


@given(st.floats(-5, 5), st.floats(0.1, 3), st.floats(-5, 5))
@settings(max_examples=30, deadline=None)
def test_crps_of_a_normal_is_the_integral(mean, sd, truth):
    breaks = sorted([mean - 9 * sd, mean - 2 * sd, mean, mean + 2 * sd, mean + 9 * sd, truth])
    expected = sum(
        quad(lambda x: (norm.cdf(x, mean, sd) - (x > truth)) ** 2, low, high)[0]
        for low, high in pairwise(breaks)
    )
    assert diagnostics.crps_normal(mean, sd, truth) == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_crps_of_a_certainty_is_the_absolute_error():
    assert diagnostics.crps_normal(3.0, 0.0, 1.0) == pytest.approx(2.0)
    assert diagnostics.crps_ensemble(np.array([3.0, 3.0]), np.array(1.0)) == pytest.approx(2.0)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=8), st.floats(-10, 10))
@settings(deadline=None)
def test_crps_of_members_by_pairs(members, truth):
    members = np.array(members)
    pairs = np.abs(members[:, None] - members).mean()
    expected = np.abs(members - truth).mean() - pairs / 2
    found = diagnostics.crps_ensemble(members, np.array(truth))
    assert found == pytest.approx(expected, abs=1e-9)


def test_rmse_spread_and_coverage_by_hand():
    assert diagnostics.rmse(np.array([[1.0, 7.0]]), np.zeros((1, 2))) == pytest.approx([5.0])
    assert diagnostics.spread(np.array([[0.0, 0.0], [2.0, 6.0]])) == pytest.approx(np.sqrt(10))
    truth = np.array([[1.0], [5.0], [np.nan], [2.0]])
    assert diagnostics.coverage(np.zeros((4, 1)), np.full((4, 1), 2.0), truth) == pytest.approx(
        [2 / 3]
    )
    assert np.isnan(diagnostics.coverage(truth[2:3], truth[2:3], truth[2:3])).all()


def test_divergence_needs_a_whole_window():
    spread = np.ones((200, 4))
    error = np.ones((200, 4))
    error[60:110, 0] = 3.1  # fifty cycles of it
    error[60:100, 1] = 3.1  # forty, the other ten bring the mean below
    error[:, 2] = np.where(np.arange(200) < 30, 10.0, np.nan)  # thirty known cycles, all bad
    error[:, 3] = np.nan
    assert diagnostics.has_diverged(error, spread).tolist() == [True, False, True, False]
    assert diagnostics.has_diverged(np.array([4.0, 4.0]), np.ones(2))


def test_autocorrelation_of_a_known_process():
    rng = np.random.default_rng(4)
    noise = rng.normal(size=(50_000, 1))
    moving = noise[1:] + 0.5 * noise[:-1]  # 0.5 / 1.25
    moving[::7] = np.nan
    assert diagnostics.lag_one_autocorrelation(moving)[0] == pytest.approx(0.4, abs=0.02)
    assert np.isnan(diagnostics.lag_one_autocorrelation(np.ones((5, 1)))[0])


def test_scores_by_hand():
    mean, sd = np.array([[1.0], [2.0], [0.0]]), np.array([[3.0], [4.0], [0.0]])
    truth = np.array([[4.0], [-2.0], [0.0]])
    quantiles = np.stack([mean - 2 * sd, mean - sd / 2, mean + sd / 2, mean + 2 * sd])
    found = diagnostics.score(mean, sd, quantiles, np.ones((3, 1)), truth, np.full((3, 1), True))
    assert found.count[0] == 3 and found.crps[0] == 1
    assert found.rmse[0] == pytest.approx(np.sqrt(25 / 3))
    assert found.bias[0] == pytest.approx(1 / 3)
    assert found.spread[0] == pytest.approx(np.sqrt(25 / 3))
    assert found.coverage_90[0] == 1 and found.coverage_50[0] == 0  # of the two uncertain ones
    none = diagnostics.score(mean, sd, quantiles, mean, truth, np.full((3, 1), False))
    assert none.count[0] == 0 and np.isnan(none.rmse[0]) and np.isnan(none.coverage_50[0])
