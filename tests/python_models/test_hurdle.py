"""Levels of shadow prices against closed forms, sampling and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from python_models.calibration.hurdle import (
    PRIOR_CASES,
    Common,
    common_level,
    expected_mu,
    fit_levels,
    log_levels,
    mu_quantile,
)

NOTHING = Common(np.nan, np.nan)


def test_like_a_ridge_of_scikit_learn():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((500, 4))
    log_mu = 3 + x @ [0.5, -0.2, 0, 1] + 0.3 * rng.standard_normal(500)
    bound = rng.random(500) < 0.4
    mu = np.where(bound, np.exp(log_mu), 0.0)
    model = fit_levels(x, mu[:, None], bound[:, None], NOTHING)
    peer = Ridge(alpha=1.0).fit(x[bound], log_mu[bound])
    assert np.asarray(model.weights[0]) == pytest.approx(peer.coef_, abs=1e-9)
    assert float(model.intercept[0]) == pytest.approx(peer.intercept_, abs=1e-9)
    rest = log_mu[bound] - peer.predict(x[bound])
    sd = np.sqrt((rest**2).sum() / (bound.sum() - 5))
    assert float(model.sd[0]) == pytest.approx(sd, abs=1e-9)
    assert np.asarray(log_levels(model, x))[:, 0] == pytest.approx(peer.predict(x))
    own = fit_levels(x[None], mu[:, None], bound[:, None], NOTHING)
    assert np.asarray(own.weights) == pytest.approx(np.asarray(model.weights))


def test_few_cases_are_drawn_towards_the_common_level():
    bound = np.zeros((40, 3), bool)
    bound[:5, 0], bound[:30, 2] = True, True
    mu = np.where(bound, np.e**2, 0.0)
    model = fit_levels(np.zeros((40, 1)), mu, bound, Common(4.0, 0.7))
    assert np.asarray(model.is_fitted).tolist() == [False, False, True]
    assert np.asarray(model.intercept) == pytest.approx(
        [(5 * 2 + PRIOR_CASES * 4) / (5 + PRIOR_CASES), 4, 2]
    )
    assert np.asarray(model.sd) == pytest.approx([0.7, 0.7, 0])


def test_the_common_level():
    mu = np.array([[np.e, 0.0], [np.e**3, 7.0]])
    bound = np.array([[True, False], [True, False]])
    assert common_level(mu, bound) == pytest.approx((2, np.sqrt(2)))
    assert common_level(mu, bound & (mu < 3)) == pytest.approx((1, 0))
    assert np.isnan(common_level(mu, bound & False)).all()


def test_expected_shadow_price_by_hand():
    # without a cap that bites: p exp(m + s^2 / 2)
    one = np.ones(1)
    assert float(expected_mu(0.3 * one, 2 * one, 0.5 * one, np.inf * one)[0]) == pytest.approx(
        0.3 * np.exp(2.125)
    )
    # without spread: the level or the cap
    zero = np.zeros(2)
    found = expected_mu(np.full(2, 0.5), np.array([2.0, 9.0]), zero, np.full(2, 100.0))
    assert np.asarray(found) == pytest.approx([0.5 * np.exp(2), 50])
    # an absurd level stays finite, and at the cap where there is one
    absurd = expected_mu(one, 1e4 * one, one, 3500 * one)
    assert float(absurd[0]) == pytest.approx(3500)
    assert np.isfinite(float(expected_mu(one, 1e4 * one, one, np.inf * one)[0]))


def test_expectation_and_quantiles_against_a_sample():
    rng = np.random.default_rng(2)
    p, m, s, cap = 0.4, 4.0, 1.2, 150.0
    binds = rng.random(400_000) < p
    sample = np.where(binds, np.minimum(np.exp(m + s * rng.standard_normal(400_000)), cap), 0.0)
    arrays = [np.array([v]) for v in (p, m, s, cap)]
    error = sample.std() / np.sqrt(len(sample))
    assert float(expected_mu(*arrays)[0]) == pytest.approx(sample.mean(), abs=4 * error)
    for level in (0.3, 0.7, 0.8, 0.99):
        found = float(mu_quantile(level, *arrays)[0])
        assert found == pytest.approx(np.quantile(sample, level), rel=0.02)
    assert float(mu_quantile(0.59, *arrays)[0]) == 0.0
    assert float(mu_quantile(0.99, *arrays)[0]) == cap


def test_a_chance_of_nothing():
    zero, one = np.zeros(1), np.ones(1)
    assert float(expected_mu(zero, one, one, one)[0]) == 0.0
    assert float(mu_quantile(0.999, zero, one, one, one)[0]) == 0.0
