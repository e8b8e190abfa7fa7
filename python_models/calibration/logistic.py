"""Probability that a constraint binds: logistic regressions of many constraints at once.

Of each constraint the minimum of

    1/2 ||w||^2 + sum_t [log(1 + exp(z_t)) - y_t z_t],    z_t = a + w'x_t

by Newton's method. The intercept `a` is free; the penalty, scikit-learn's C = 1, keeps `w` finite
where a feature separates the two outcomes. With features that all constraints share, the second
derivatives of all of them are one matrix product: of the products of pairs of features, `[T, P]`,
with the weights p(1 - p), `[T, K]`.

A constraint that has bound too rarely, or nearly always, gets its climatology instead: its base
rate, drawn towards that of all constraints. Or, with a model of all constraints together at hand,
the penalty is on the distance from that, 1/2 ||(a, w) - centre||^2 times a factor, and every
constraint is fitted: one that has never bound stays near what binding is like in general.

Arrays are float64. T rows, F features, K constraints.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.special import logit

LEAST_CASES = 20  # of either outcome; with fewer there is nothing to fit weights to
PRIOR_ROWS = 100.0  # rows that the common base rate counts for in a climatology
TOLERANCE = 1e-7  # greatest entry of the gradient
MOST_ITERATIONS = 60
CHUNK = 1024  # rows at a time: what is worked out for them stays in the cache
STRIDE = 16  # a fit to each 16th row first leaves few steps to be taken with all rows


class Logistic(NamedTuple):
    """Fits of K constraints.

    intercept: `[K]`. weights: `[K, F]`. is_newton: `[K]`, else climatology with zero weights.
    base_rate: `[K]`, share of rows in which it bound, the climatology's own where that holds.
    positives, rows: `[K]`, counts. converged: `[K]`, whether the gradient reached `TOLERANCE`, true
    for climatologies. gradient: `[K]`, its greatest entry.
    """

    intercept: Array
    weights: Array
    is_newton: Array
    base_rate: Array
    positives: Array
    rows: Array
    converged: Array
    gradient: Array


class _Point(NamedTuple):
    """Where the search stands. w: `[K, 1 + F]`, intercept first; step: to the next trial."""

    w: Array
    direction: Array
    loss: Array
    gradient: Array
    step: Array
    is_stuck: Array
    iteration: Array


def fit(
    features: Array,
    bound: Array,
    known: Array | None = None,
    penalty: float = 1.0,
    common_rate: float | None = None,
    centre: Array | None = None,
) -> Logistic:
    """Fit all constraints at once.

    features: `[T, F]`, shared, or `[K, T, F]`, each constraint's own; standardised, no NaN.
    bound: `[T, K]`, 0 or 1. known: `[T, K]`, false for rows to leave out; their `bound` is not
    looked at. F may be 0. Zero and repeated features are no trouble unless the penalty is 0.
    common_rate: what climatologies are drawn towards, by default the rate of all given here.
    centre: `[1 + F]`, intercept first, of a fit to all constraints, that the penalty is from.
    """
    features = jnp.asarray(features, float)
    outcome, positives, rows = _outcomes(jnp.asarray(bound), known)
    fill = max(CHUNK - len(outcome), 0)  # rows that nobody knows, up to one chunk
    outcome = jnp.pad(outcome, ((0, fill), (0, 0)), constant_values=-1)
    features = jnp.pad(features, (*[(0, 0)] * (features.ndim - 2), (0, fill), (0, 0)))
    is_newton = jnp.minimum(positives, rows - positives) >= LEAST_CASES
    if centre is not None:
        is_newton = jnp.ones_like(is_newton)
    if common_rate is None:
        common_rate = base_rate(positives.sum(), rows.sum())
    climatology = (positives + PRIOR_ROWS * common_rate) / (rows + PRIOR_ROWS)
    rate = jnp.where(is_newton, positives / jnp.maximum(rows, 1), climatology)
    prior = jnp.zeros(features.shape[-1] + 1) if centre is None else jnp.asarray(centre)
    ridge = jnp.full(len(prior), penalty).at[0].set(0.0 if centre is None else penalty)
    start = jnp.broadcast_to(prior, (outcome.shape[1], len(prior)))
    start = start.at[:, 0].set(logit(rate)) if centre is None else start
    if len(outcome) >= STRIDE * CHUNK:
        some = features[..., ::STRIDE, :], outcome[::STRIDE]
        start = _minimise(*some, is_newton, start, prior, ridge / STRIDE).w
    point = _minimise(features, outcome, is_newton, start, prior, ridge)
    greatest = jnp.max(jnp.abs(point.gradient), axis=1)
    w = jnp.where(is_newton[:, None], point.w, 0.0)
    return Logistic(
        intercept=jnp.where(is_newton, w[:, 0], logit(rate)),
        weights=w[:, 1:],
        is_newton=is_newton,
        base_rate=rate,
        positives=positives,
        rows=rows,
        converged=~is_newton | (greatest <= TOLERANCE),
        gradient=jnp.where(is_newton, greatest, 0.0),
    )


def base_rate(positives: Array | int, rows: Array | int) -> Array | float:
    """Share of rows in which something bound, half a case drawn towards one half: never 0 or 1."""
    return (positives + 0.5) / (rows + 1)


def probabilities(model: Logistic, features: Array) -> Array:
    """P(binds), `[T, K]`, for features `[T, F]` or `[K, T, F]`."""
    kind = "tf,kf->tk" if np.ndim(features) == 2 else "ktf,kf->tk"
    return jax.nn.sigmoid(model.intercept + jnp.einsum(kind, features, model.weights))


@jax.jit
def _outcomes(bound: Array, known: Array | None) -> tuple[Array, Array, Array]:
    """1 bound, 0 not, -1 not known, `[T, K]`, a byte each; how many 1, how many known, `[K]`."""
    outcome = (bound > 0).astype(jnp.int8)
    outcome = outcome if known is None else jnp.where(known, outcome, -1)
    return outcome, (outcome == 1).sum(axis=0), (outcome >= 0).sum(axis=0)


@jax.jit
def _minimise(
    features: Array, outcome: Array, is_newton: Array, start: Array, centre: Array, ridge: Array
) -> _Point:
    count, width = start.shape
    rows, is_shared = len(outcome), features.ndim == 2
    pairs = np.triu_indices(width)
    place = np.zeros((width, width), int)
    place[pairs] = place[pairs[::-1]] = np.arange(len(pairs[0]))

    def evaluate(w: Array) -> tuple[Array, Array, Array]:
        """Loss `[K]`, gradient `[K, 1 + F]` and Newton's direction there."""

        def add(total: tuple, begin: Array) -> tuple[tuple, None]:
            # the last chunk reaches back over rows that are counted already
            at = jnp.minimum(begin, rows - CHUNK)
            x = jax.lax.dynamic_slice_in_dim(features, at, CHUNK, axis=-2)
            case = jax.lax.dynamic_slice_in_dim(outcome, at, CHUNK, axis=0)
            is_new = at + jnp.arange(CHUNK) >= begin
            use = ((case >= 0) & is_new[:, None] & is_newton).astype(float)
            y = (case == 1).astype(float)
            x = jnp.concatenate([jnp.ones((*x.shape[:-1], 1)), x], axis=-1)
            z = jnp.einsum("tf,kf->tk" if is_shared else "ktf,kf->tk", x, w)
            small = jnp.exp(-jnp.abs(z))
            p = jnp.where(z >= 0, 1.0, small) / (1.0 + small)
            # one logarithm for the product of 32 factors, each between 1 and 2
            logs = jnp.log(jnp.where(use > 0, 1.0 + small, 1.0).reshape(-1, 32, count).prod(axis=1))
            loss = logs.sum(axis=0) + jnp.sum(use * (jnp.maximum(z, 0.0) - y * z), axis=0)
            weight = use * small / (1.0 + small) ** 2  # p (1 - p), also where p rounds to 1
            first = jnp.einsum("tf,tk->fk" if is_shared else "ktf,tk->fk", x, use * (p - y))
            # single precision here costs no digit of the minimum, which the gradient alone decides
            x, weight = x.astype(jnp.float32), weight.astype(jnp.float32)
            if is_shared:
                second = jnp.einsum("tp,tk->pk", x[:, pairs[0]] * x[:, pairs[1]], weight)
            else:
                second = jnp.einsum("ktf,ktg->kfg", x * weight.T[..., None], x)
            return (total[0] + loss, total[1] + first, total[2] + second), None

        shape = (len(pairs[0]), count) if is_shared else (count, width, width)
        nothing = (jnp.zeros(count), jnp.zeros((width, count)), jnp.zeros(shape))
        (loss, gradient, second), _ = jax.lax.scan(add, nothing, jnp.arange(0, rows, CHUNK))
        loss = loss + 0.5 * jnp.sum(ridge * (w - centre) ** 2, axis=1)
        gradient = gradient.T + ridge * (w - centre)
        hessian = (second.T[:, place] if is_shared else second) + jnp.diag(ridge)
        # what is flat to the last digit, as the intercept of a constraint that is not fitted, stays
        flat = 1e-12 * (1.0 + jnp.trace(hessian, axis1=1, axis2=2))
        hessian = hessian + flat[:, None, None] * jnp.eye(width)
        return loss, gradient, -jnp.linalg.solve(hessian, gradient[..., None])[..., 0]

    def is_open(point: _Point) -> Array:
        return (jnp.max(jnp.abs(point.gradient), axis=1) > TOLERANCE) & ~point.is_stuck

    def improve(point: _Point) -> _Point:
        trial = point.w + point.step[:, None] * point.direction
        loss, gradient, direction = evaluate(trial)
        # a loss that is equal but for rounding is no step back
        is_better = is_open(point) & (loss <= point.loss + 1e-12 * jnp.abs(point.loss))
        take = is_better[:, None]
        return _Point(
            w=jnp.where(take, trial, point.w),
            direction=jnp.where(take, direction, point.direction),
            loss=jnp.where(is_better, loss, point.loss),
            gradient=jnp.where(take, gradient, point.gradient),
            step=jnp.where(is_better, 1.0, point.step / 2),
            is_stuck=point.is_stuck | (~is_better & (point.step < 1e-6)),
            iteration=point.iteration + 1,
        )

    loss, gradient, direction = evaluate(start)
    first = _Point(
        start, direction, loss, gradient, jnp.ones(count), jnp.zeros(count, bool), jnp.array(0)
    )
    return jax.lax.while_loop(
        lambda point: is_open(point).any() & (point.iteration < MOST_ITERATIONS), improve, first
    )
