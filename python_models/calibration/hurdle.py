"""How high a shadow price is if its constraint binds, and with that what to expect of it.

A hurdle model: with probability p the constraint binds, and then

    log mu = a + w'x + e,    e normal with standard deviation s,    mu at most its cap

fitted by least squares to the rows in which it bound, with a penalty on `w`. T rows, F features,
K constraints; mu in $/MWh. The normal law of `e` is an assumption; the cap, an operator's rule,
keeps its tail from running away.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.stats import norm

LEAST_CASES = 20  # rows in which it bound; with fewer there are no weights
HIGHEST = 100.0  # of log mu: without a cap an absurd feature would make it overflow
PRIOR_CASES = 5.0  # that the common mean counts for then


class Levels(NamedTuple):
    """Fits of K constraints: intercept, sd `[K]`, weights `[K, F]`, is_fitted, cases `[K]`.

    Where `is_fitted` is false the weights are 0, the intercept is the mean of log mu drawn towards
    the common one, and the sd is the common one.
    """

    intercept: Array
    weights: Array
    sd: Array
    is_fitted: Array
    cases: Array


class Common(NamedTuple):
    """Mean and standard deviation of log mu over all constraints; NaN if none ever bound."""

    mean: float
    sd: float


def common_level(mu: np.ndarray, bound: np.ndarray) -> Common:
    """Of `mu` where `bound`, both of one shape; the sd of a single case is 0."""
    log_mu = np.log(mu[bound])
    if not len(log_mu):
        return Common(np.nan, np.nan)
    return Common(float(log_mu.mean()), float(log_mu.std(ddof=min(len(log_mu) - 1, 1))))


@jax.jit
def fit_levels(
    features: Array, mu: Array, bound: Array, common: Common, penalty: float = 1.0
) -> Levels:
    """Fit all constraints at once.

    features: `[T, F]`, shared, or `[K, T, F]`; standardised. mu: `[T, K]`, above 0 where `bound`
    `[T, K]`, not looked at elsewhere.
    """
    log_mu = jnp.log(jnp.where(bound, mu, 1.0))
    one = jax.vmap(_fit_one, in_axes=(0 if features.ndim == 3 else None, 1, 1, None))
    w, sd = one(features, log_mu, bound.astype(float), penalty)
    cases = bound.sum(axis=0)
    is_fitted = cases >= LEAST_CASES
    # nothing of its own is all that a constraint without a case has to say
    drawn = (log_mu.sum(axis=0) + PRIOR_CASES * common.mean) / (cases + PRIOR_CASES)
    return Levels(
        intercept=jnp.where(is_fitted, w[:, 0], drawn),
        weights=jnp.where(is_fitted[:, None], w[:, 1:], 0.0),
        sd=jnp.where(is_fitted, sd, common.sd),
        is_fitted=is_fitted,
        cases=cases,
    )


def _fit_one(x: Array, log_mu: Array, use: Array, penalty: float) -> tuple[Array, Array]:
    x = jnp.concatenate([jnp.ones((len(x), 1)), x], axis=1)
    used = x * use[:, None]
    # a trace of penalty on the intercept, for a constraint without a case
    ridge = jnp.full(x.shape[1], penalty).at[0].set(1e-12)
    w = jnp.linalg.solve(used.T @ x + jnp.diag(ridge), used.T @ log_mu)
    rest = use * (log_mu - x @ w)
    return w, jnp.sqrt(jnp.sum(rest**2) / jnp.maximum(use.sum() - x.shape[1], 1))


def log_levels(model: Levels, features: Array) -> Array:
    """Mean of log mu given that it binds, `[T, K]`, for features `[T, F]` or `[K, T, F]`."""
    kind = "tf,kf->tk" if features.ndim == 2 else "ktf,kf->tk"
    return model.intercept + jnp.einsum(kind, features, model.weights)


@jax.jit
def expected_mu(probability: Array, log_level: Array, sd: Array, cap: Array) -> Array:
    """Expected shadow price, $/MWh, of one shape: `p E[min(mu, cap)]`; `cap` may be infinite."""
    log_level = jnp.minimum(log_level, HIGHEST)
    room = (jnp.log(cap) - log_level) / jnp.maximum(sd, 1e-12)
    below = jnp.exp(log_level + sd**2 / 2) * norm.cdf(room - sd)
    above = jnp.where(jnp.isinf(cap), 0.0, cap) * norm.sf(room)
    return probability * (below + above)


@jax.jit
def mu_quantile(level: float, probability: Array, log_level: Array, sd: Array, cap: Array) -> Array:
    """Shadow price that is not exceeded with the chance `level`: 0 up to the chance of not binding.

    All of one shape; 0 < level < 1.
    """
    given = (level - (1 - probability)) / jnp.maximum(probability, 1e-300)
    binds = given > 0
    inside = jnp.where(binds, given, 0.5)
    return jnp.where(binds, jnp.minimum(jnp.exp(log_level + sd * norm.ppf(inside)), cap), 0.0)
