"""Logistic regressions of many constraints against scikit-learn, closed forms and known truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from python_models.calibration.logistic import PRIOR_ROWS, fit, probabilities
from python_models.calibration.scores import expected_calibration_error, log_loss


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def market(seed: int, rows: int, constraints: int, width: int = 12, level: float = -3.5):
    """(features, true probabilities, outcomes) of constraints that bind by a logistic law."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, width))
    x[:, 1] = 0.9 * x[:, 0] + 0.4 * x[:, 1]
    x[:, 2] = x[:, 2] > 1
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    w = 0.5 * rng.standard_normal((constraints, width))
    p = sigmoid(level + 0.3 * rng.standard_normal(constraints) + x @ w.T)
    return x, p, (rng.random(p.shape) < p).astype(float)


def assert_like_scikit_learn(model, x, y, k):
    peer = LogisticRegression(tol=1e-8, max_iter=1000, solver="newton-cholesky").fit(x, y)
    assert np.asarray(model.weights[k]) == pytest.approx(peer.coef_[0], abs=1e-5)
    assert float(model.intercept[k]) == pytest.approx(peer.intercept_[0], abs=1e-5)


def penalised_gradient(x, y, a, w):
    """Of the objective in the module's words, worked out again."""
    rest = sigmoid(a + x @ w) - y
    return np.r_[rest.sum(), x.T @ rest + w]


# the second has so many rows that a fit to some of them comes first
@pytest.mark.parametrize("rows", [3000, 20_000])
def test_like_scikit_learn(rows):
    x, _, y = market(1, rows, 3)
    model = fit(x, y)
    assert np.asarray(model.converged).all() and np.asarray(model.is_newton).all()
    for k in range(3):
        assert_like_scikit_learn(model, x, y[:, k], k)
        slope = penalised_gradient(x, y[:, k], float(model.intercept[k]), model.weights[k])
        assert np.abs(slope).max() <= 1e-6
    assert np.asarray(model.positives) == pytest.approx(y.sum(axis=0))


@pytest.mark.parametrize("rows", [3000, 20_000])
def test_a_penalty_on_the_distance_from_a_common_model(rows):
    """The gradient of that objective is zero; the second constraint never binds."""
    x, _, y = market(1, rows, 3)
    y[:, 1] = 0
    centre = np.r_[-3.0, np.linspace(-1, 1, 12)]
    model = fit(x, y, penalty=100.0, centre=centre)
    assert np.asarray(model.converged).all() and np.asarray(model.is_newton).all()
    for k in range(3):
        w = np.r_[model.intercept[k], model.weights[k]]
        rest = sigmoid(w[0] + x @ w[1:]) - y[:, k]
        slope = np.r_[rest.sum(), x.T @ rest] + 100.0 * (w - centre)
        assert np.abs(slope).max() <= 1e-6
    nobody = fit(x, y, np.zeros(y.shape, bool), centre=centre)
    found = np.c_[nobody.intercept, nobody.weights]
    assert found == pytest.approx(np.tile(centre, (3, 1)), abs=1e-9)


def test_own_features_and_rows_left_out():
    x, _, y = market(2, 2500, 2)
    own = np.stack([x, x[:, ::-1] * 2.0])
    known = np.random.default_rng(3).random(y.shape) < 0.7
    model = fit(own, np.where(known, y, 99.0), known)
    for k in range(2):
        assert_like_scikit_learn(model, own[k][known[:, k]], y[known[:, k], k], k)
    p = np.asarray(probabilities(model, own))
    z = float(model.intercept[1]) + own[1] @ np.asarray(model.weights[1])
    assert p[:, 1] == pytest.approx(sigmoid(z))
    assert np.asarray(model.rows).tolist() == known.sum(axis=0).tolist()


@given(st.integers(20, 400), st.integers(20, 400))
@settings(max_examples=20, deadline=None)
def test_an_intercept_alone_is_the_log_odds_of_the_base_rate(positives, negatives):
    y = np.r_[np.ones(positives), np.zeros(negatives), np.zeros(800 - positives - negatives)]
    known = np.arange(800) < positives + negatives
    model = fit(np.zeros((800, 0)), y[:, None], known[:, None], penalty=0.0)
    assert float(model.intercept[0]) == pytest.approx(np.log(positives / negatives), abs=1e-10)
    p = np.asarray(probabilities(model, np.zeros((1, 0))))
    assert p[0, 0] == pytest.approx(positives / (positives + negatives), abs=1e-12)


def test_mean_probability_is_the_base_rate():
    x, _, y = market(4, 5000, 2)
    p = np.asarray(probabilities(fit(x, y), x))
    assert p.mean(axis=0) == pytest.approx(y.mean(axis=0), abs=1e-10)


def test_separable_outcomes_have_finite_weights():
    x = np.linspace(-1, 1, 200)[:, None]
    y = (x > 0.2).astype(float)
    model = fit(x, y)
    assert_like_scikit_learn(model, x, y[:, 0], 0)
    assert bool(model.converged[0])


def test_features_that_say_nothing_or_say_it_twice():
    x, _, y = market(5, 3000, 1, width=3)
    plain = fit(x, y)
    more = fit(np.c_[x, np.zeros(len(x)), x[:, :1]], y)
    assert float(more.weights[0, 3]) == 0.0
    # the penalty shares a repeated one out evenly
    assert float(more.weights[0, 0]) == pytest.approx(float(more.weights[0, 4]))
    z = np.asarray(probabilities(more, np.c_[x, np.zeros(len(x)), x[:, :1]]))
    assert z == pytest.approx(np.asarray(probabilities(plain, x)), abs=0.01)
    assert bool(more.converged[0])


def test_few_cases_get_a_climatology():
    y = np.zeros((1000, 4))
    y[:10, 0] = 1
    y[:100, 1] = 1
    y[:, 2] = 1
    x = np.random.default_rng(6).standard_normal((1000, 2))
    model = fit(x, y, common_rate=0.05)
    assert np.asarray(model.is_newton).tolist() == [False, True, False, False]
    drawn = (np.array([10, 1000, 0]) + PRIOR_ROWS * 0.05) / (1000 + PRIOR_ROWS)
    p = np.asarray(probabilities(model, x))
    assert p[5, [0, 2, 3]] == pytest.approx(drawn)
    assert np.asarray(model.base_rate)[[0, 2, 3]] == pytest.approx(drawn)
    assert not np.asarray(model.weights)[[0, 2, 3]].any()
    # without one given, that of all: (1110 + 1/2) / 4001
    other = fit(x, y)
    expected = (0 + PRIOR_ROWS * 1110.5 / 4001) / (1000 + PRIOR_ROWS)
    assert float(other.base_rate[3]) == pytest.approx(expected)


@pytest.mark.parametrize(("rows", "constraints", "width"), [(0, 2, 3), (1, 1, 3), (5, 2, 12)])
def test_next_to_nothing_is_no_trouble(rows, constraints, width):
    x = np.ones((rows, width))
    model = fit(x, np.ones((rows, constraints)))
    p = np.asarray(probabilities(model, np.ones((2, width))))
    assert p.shape == (2, constraints)
    assert ((p > 0) & (p < 1)).all()
    assert np.asarray(model.rows).tolist() == [rows] * constraints


def test_wild_scales_still_converge():
    """A full Newton step from the start overshoots here."""
    rng = np.random.default_rng(7)
    x = np.c_[rng.standard_cauchy(2000), rng.standard_normal(2000)]
    y = (rng.random(2000) < sigmoid(-1 + 0.5 * np.clip(x[:, 0], -8, 8))).astype(float)
    model = fit(x, y[:, None])
    slope = penalised_gradient(x, y, float(model.intercept[0]), np.asarray(model.weights[0]))
    assert np.abs(slope).max() <= 1e-6


def test_against_the_truth_that_made_the_data():
    """Half of 200,000 rows to fit, half to score: log loss within 1 per cent, ECE within 0.005."""
    x, truth, y = market(8, 200_000, 4)
    half = len(x) // 2
    model = fit(x[:half], y[:half])
    p = np.asarray(probabilities(model, x[half:]))
    for k in range(4):
        after = y[half:, k]
        assert log_loss(p[:, k], after) <= 1.01 * log_loss(truth[half:, k], after)
        assert expected_calibration_error(p[:, k], after) <= 0.005
    # and it tells a model that is off: log-odds half a unit too high
    off = sigmoid(np.log(truth[half:, 0] / (1 - truth[half:, 0])) + 0.5)
    assert expected_calibration_error(off, y[half:, 0]) > 0.005
