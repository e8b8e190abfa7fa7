"""The exact filter of a linear model with Gaussian noise: optimal there, so it comes first.

    x[t] = transition x[t-1] + N(0, process_covariance)
    y[t] = observe x[t] + N(0, error_covariance)

Kalman, "A New Approach to Linear Filtering and Prediction Problems", 1960; the update of the
covariance in the form of Bucy and Joseph, "Filtering for Stochastic Processes", 1968, which stays
symmetric and positive semidefinite under rounding. Shapes: T intervals, n state, p observations.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsl
from jax import Array


class LinearModel(NamedTuple):
    """transition: `[n, n]`. process_covariance: `[n, n]`. observe: `[p, n]`.
    error_covariance: `[p, p]`, positive definite."""

    transition: Array
    process_covariance: Array
    observe: Array
    error_covariance: Array


class Filtered(NamedTuple):
    """What the filter knew at each interval, from observations up to and with it.

    mean: `[T, n]`. covariance: `[T, n, n]`. innovation: `[T, p]`, observation minus what was
    expected of it, NaN where there was none. innovation_variance: `[T, p]`, also where there was
    none. log_likelihood: scalar, of all observations.
    """

    mean: Array
    covariance: Array
    innovation: Array
    innovation_variance: Array
    log_likelihood: Array


def update(
    mean: Array, covariance: Array, observed: Array, observe: Array, error_covariance: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """One analysis: posterior mean `[n]` and covariance `[n, n]`, innovation `[p]`, its variance
    `[p]`, log likelihood.

    observed: `[p]`, NaN where missing. The row of a missing one is zero in `observe` and in the
    innovation and it has an error of its own, so that it changes nothing.
    """
    there = ~jnp.isnan(observed)
    both = there[:, None] & there[None, :]
    missing = jnp.diag(jnp.where(there, 0.0, 1.0))
    expected_variance = jnp.diagonal(observe @ covariance @ observe.T + error_covariance)
    innovation = observed - observe @ mean
    rows = jnp.where(there[:, None], observe, 0.0)
    error = jnp.where(both, error_covariance, 0.0) + missing
    difference = jnp.where(there, innovation, 0.0)
    spread = rows @ covariance @ rows.T + error
    lower = jnp.linalg.cholesky(spread, symmetrize_input=False)
    gain = jsl.cho_solve((lower, True), rows @ covariance).T
    kept = jnp.eye(mean.shape[0]) - gain @ rows
    whitened = jsl.solve_triangular(lower, difference, lower=True)
    log_likelihood = -(
        0.5 * whitened @ whitened
        + jnp.log(jnp.diagonal(lower)).sum()
        + 0.5 * jnp.log(2 * jnp.pi) * there.sum()
    )
    return (
        mean + gain @ difference,
        kept @ covariance @ kept.T + gain @ error @ gain.T,
        innovation,
        expected_variance,
        log_likelihood,
    )


@jax.jit
def kalman_filter(model: LinearModel, mean: Array, covariance: Array, observed: Array) -> Filtered:
    """Filter `observed`, `[T, p]`, NaN where missing.

    mean `[n]`, covariance `[n, n]`: of the state at the first interval, before its observation.
    """

    def step(before: tuple[Array, Array], now: Array):
        mean, covariance = before
        mean, covariance, innovation, variance, likelihood = update(
            mean, covariance, now, model.observe, model.error_covariance
        )
        after = model.transition @ mean, _ahead(model, covariance)
        return after, (mean, covariance, innovation, variance, likelihood)

    _, (*path, likelihoods) = jax.lax.scan(step, (mean, covariance), observed)
    return Filtered(*path, likelihoods.sum())


@jax.jit(static_argnames="steps")
def forecast(model: LinearModel, mean: Array, covariance: Array, steps: int) -> tuple[Array, Array]:
    """Means `[steps, n]` and covariances `[steps, n, n]` of the state 1, 2, ... steps ahead.

    mean `[n]`, covariance `[n, n]`: of the state now, as `kalman_filter` returns them. For the
    variance of an observation add `error_covariance`.
    """

    def step(before: tuple[Array, Array], _: None):
        after = model.transition @ before[0], _ahead(model, before[1])
        return after, after

    return jax.lax.scan(step, (mean, covariance), length=steps)[1]


def _ahead(model: LinearModel, covariance: Array) -> Array:
    return model.transition @ covariance @ model.transition.T + model.process_covariance
