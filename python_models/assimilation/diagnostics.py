"""Is an estimate good, and does it know how good it is? Shapes: T intervals, M members, n state.

Missing values are NaN and are left out; a figure of nothing is NaN.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array
from jax.scipy.stats import norm

WINDOW = 50  # cycles
DIVERGED = 3.0


class Score(NamedTuple):
    """How forecasts did, each in the shape that is left when T is averaged away.

    count: pairs of forecast and truth. spread: root mean variance. coverage_50, coverage_90: share
    of truths inside the central intervals.
    """

    count: Array
    rmse: Array
    bias: Array
    crps: Array
    spread: Array
    coverage_50: Array
    coverage_90: Array


def rmse(estimate: Array, truth: Array) -> Array:
    """Root mean square over components, `[T]` of `[T, n]`."""
    return jnp.sqrt(jnp.nanmean((estimate - truth) ** 2, axis=-1))


def spread(ensemble: Array) -> Array:
    """Root mean variance over components of `[..., M, n]`, `[...]`."""
    return jnp.sqrt(ensemble.var(axis=-2, ddof=1).mean(axis=-1))


def has_diverged(error: Array, spread: Array, window: int = WINDOW) -> Array:
    """Whether the root mean square of `error` exceeded 3 times that of `spread` over any `window`
    consecutive cycles, `[...]` of `[T, ...]`.

    Cycles with NaN in either do not count, and a window of which fewer than half count says
    nothing; less than a window of cycles is one window.
    """
    there = ~(jnp.isnan(error) | jnp.isnan(spread))
    length = min(window, error.shape[0])

    def sums(values: Array) -> Array:
        total = jnp.cumsum(values, axis=0)
        total = jnp.concatenate([jnp.zeros_like(total[:1]), total])
        return total[length:] - total[:-length]

    excess = sums(jnp.where(there, error**2 - (DIVERGED * spread) ** 2, 0.0))
    return ((excess > 0) & (sums(there.astype(float)) >= length / 2)).any(axis=0)


def crps_normal(mean: Array, sd: Array, truth: Array) -> Array:
    """Continuous ranked probability score of N(mean, sd^2), in the unit of the truth.

    Gneiting and Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", 2007,
    section 4.2. With sd 0 it is the absolute error.
    """
    safe = jnp.where(sd > 0, sd, 1.0)
    z = (truth - mean) / safe
    score = safe * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / jnp.sqrt(jnp.pi))
    return jnp.where(sd > 0, score, jnp.abs(truth - mean))


def crps_ensemble(members: Array, truth: Array) -> Array:
    """Continuous ranked probability score of members `[..., M]` that are equally likely, `[...]`.

    E|X - y| - E|X - X'| / 2, the second by sorting instead of by pairs.
    """
    count = members.shape[-1]
    ranked = jnp.sort(members, axis=-1)
    weights = (2 * jnp.arange(1, count + 1) - count - 1) / count**2
    return jnp.abs(members - truth[..., None]).mean(axis=-1) - ranked @ weights


def coverage(low: Array, high: Array, truth: Array) -> Array:
    """Share of truths within `[low, high]` over the first axis."""
    there = ~jnp.isnan(truth + low + high)
    inside = there & (truth >= low) & (truth <= high)
    return inside.sum(axis=0) / jnp.where(there.any(axis=0), there.sum(axis=0), jnp.nan)


def lag_one_autocorrelation(values: Array) -> Array:
    """Correlation of each value with the next, `[...]` of `[T, ...]`; NaN where nothing varies.

    Of a filter's standardised innovations it is near zero if the model is right.
    """
    values = values - jnp.nanmean(values, axis=0)
    variance = jnp.nanmean(values**2, axis=0)
    products = jnp.nanmean(values[1:] * values[:-1], axis=0)
    return jnp.where(variance > 0, products / jnp.where(variance > 0, variance, 1.0), jnp.nan)


def score(mean: Array, sd: Array, quantiles: Array, crps: Array, truth: Array, use: Array) -> Score:
    """Scores over the first axis of `[T, ...]`.

    quantiles: `[4, T, ...]`, of 5, 25, 75 and 95 %. crps: of each forecast. use: which to count.
    Those with sd NaN are points, of which spread and coverage are NaN. Certainties that came true
    do not count for the coverage: no night is a success of a forecast of the sun.
    """
    count = use.sum(axis=0)

    def average(values: Array) -> Array:
        return jnp.where(use, values, 0.0).sum(axis=0) / jnp.where(count > 0, count, jnp.nan)

    def inside(low: Array, high: Array) -> Array:
        known = use & ~((low == high) & (truth == low)) & ~jnp.isnan(low + high)
        return coverage(low, high, jnp.where(known, truth, jnp.nan))

    low, lower, upper, high = quantiles
    return Score(
        count=count,
        rmse=jnp.sqrt(average((mean - truth) ** 2)),
        bias=average(mean - truth),
        crps=average(crps),
        spread=jnp.sqrt(average(sd**2)),
        coverage_50=inside(lower, upper),
        coverage_90=inside(low, high),
    )
