"""The elastic net for all targets and all penalties at once, from second moments alone.

For each target, with G = X'X/T and c = X'y/T of centred columns:

    min over b of  ||y - X b||²/(2T) + alpha r |b|_1 + alpha (1 - r)/2 ||b||²

by the alternating direction method of multipliers (Boyd et al., "Distributed Optimization and
Statistical Learning via the Alternating Direction Method of Multipliers", 2011, sections 3.4.3 and
6.4), in products of matrices alone, until the duality gap is small. The step is 1, the mean
eigenvalue of a correlation matrix: columns should be scaled to variance 1. With it a coefficient
moves by no more than its penalty in an iteration where columns are all but collinear, which may
take for ever; targets that are not done after a round go on with far smaller steps, in turn.

Inside, targets are rows, so that some of them are a contiguous block.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

RELAXATION = 1.7
# Of the rounds of a penalty, over again after the last; small penalties begin with the second or
# third, and where a penalty leaves few coefficients they are longer.
STEPS = (1.0, 0.1, 0.01, 0.001, 0.0001, 0.00001)
SMALL_SHARES = (0.002, 0.00006)  # of the largest penalty
FEW_STEP, FEW_SHARE = 2.0, 0.05
ITERATIONS_PER_TEST = 10  # a test of the gap costs as much as three
TESTS_PER_ROUND = 2  # after as many, targets that are done make room for others
WIDTH, NARROW = 256, 32  # targets in a block, of many and of the few that are left in the end
COLUMNS_PAD = 64  # columns are filled up with zeros to a multiple: few compilations for many sizes


class Spectrum(NamedTuple):
    """Eigenvalues, `[K]`, rising and none negative, and eigenvectors in columns, `[K, K]`."""

    values: np.ndarray
    vectors: np.ndarray

    def inverse(self, ridge: float) -> np.ndarray:
        """`[K, K]`: the inverse with `ridge` added to each eigenvalue; of no eigenvalue for 0."""
        shifted = self.values + ridge
        least = self.values[-1:].sum() * len(self.values) * np.finfo(float).eps
        inverted = np.where(shifted > least, 1 / np.where(shifted > least, shifted, 1.0), 0.0)
        return (self.vectors * inverted) @ self.vectors.T


class Path(NamedTuple):
    """Solutions for each penalty.

    coefficients: `[L, N, K]`. gaps: `[L, N]`, duality gap as a share of the target's variance.
    iterations: `[L, N]`. is_converged: `[L, N]`.
    """

    coefficients: np.ndarray
    gaps: np.ndarray
    iterations: np.ndarray
    is_converged: np.ndarray


def spectrum(g: np.ndarray) -> Spectrum:
    """Of a symmetric matrix that has no negative eigenvalue but by rounding."""
    if not g.shape[0]:
        return Spectrum(np.zeros(0), np.zeros((0, 0)))
    values, vectors = jnp.linalg.eigh(jnp.asarray(g))
    return Spectrum(np.maximum(np.asarray(values), 0.0), np.asarray(vectors))


def largest_penalties(c: np.ndarray, l1_ratio: float) -> np.ndarray:
    """`[N]`: the least alpha at which all coefficients of a target are zero. c: `[K, N]`.

    A target that no column has to do with has 1, at which they are zero as at any other.
    """
    largest = np.abs(c).max(axis=0, initial=0.0) / max(l1_ratio, 1e-3)
    return np.where(largest > 0, largest, 1.0)


def elastic_net_path(
    g: np.ndarray,
    c: np.ndarray,
    v: np.ndarray,
    alphas: np.ndarray,
    l1_ratio: float,
    *,
    of: Spectrum | None = None,
    tolerance: float = 1e-6,
    max_iterations: int = 500,
) -> Path:
    """Solutions along falling penalties, each started from the one before.

    g: `[K, K]`, c: `[K, N]`, v: `[N]`, second moments of centred rows. alphas: `[L, N]`.
    of: the spectrum of g where it is known. A target ends when its gap is at most `tolerance` of v,
    or after `max_iterations` for a penalty (whole rounds of 20); none ends early for a tolerance
    below 0. Raises ValueError for penalties that are not positive.
    """
    if not 0 <= l1_ratio <= 1:
        raise ValueError(f"l1_ratio is {l1_ratio}: it must lie between 0 and 1")
    if not (alphas > 0).all():
        raise ValueError("a penalty is not positive: take least squares for none")
    columns, targets = c.shape
    lambdas = len(alphas)
    of = of or spectrum(g)
    if l1_ratio == 0 or not columns or not targets:
        return _ridge_path(of, c, alphas if l1_ratio == 0 else alphas[:, :targets])
    pad = -columns % COLUMNS_PAD
    gram = jnp.asarray(np.pad(g, (0, pad)))
    pseudoinverse = jnp.asarray(np.pad(of.inverse(0.0), (0, pad)))
    # a last target of zeros fills blocks up
    products = np.pad(c.T, ((0, 1), (0, pad)))
    variances = np.append(v, 0.0)
    z, u = np.zeros_like(products), products.copy()
    shares = np.median(alphas / largest_penalties(c, l1_ratio), axis=1)
    out = Path(
        np.empty((lambdas, targets, columns)),
        np.zeros((lambdas, targets)),
        np.zeros((lambdas, targets), int),
        np.zeros((lambdas, targets), bool),
    )
    per_round = ITERATIONS_PER_TEST * TESTS_PER_ROUND
    inverses: dict[float, Array] = {}
    for n, alpha in enumerate(np.hstack([alphas, np.ones((lambdas, 1))])):
        active, rounds = np.arange(targets), 0
        first_step = sum(shares[n] < share for share in SMALL_SHARES)
        while len(active) and rounds * per_round < max_iterations:
            step = STEPS[(first_step + rounds) % len(STEPS)]
            step *= FEW_STEP if shares[n] > FEW_SHARE else 1.0
            if step not in inverses:
                inverses[step] = jnp.asarray(np.pad(step * of.inverse(step), (0, pad)))
            width = WIDTH if len(active) > NARROW else NARROW
            left = []
            for first in range(0, len(active), width):
                some = active[first : first + width]
                at = np.pad(some, (0, width - len(some)), constant_values=targets)
                matrices = gram, pseudoinverse, inverses[step]
                block = z[at], u[at], products[at], variances[at], alpha[at]
                moved = _advance(*matrices, *block, step, l1_ratio, tolerance)
                z_new, u_new, gap, tests = (np.asarray(a)[: len(some)] for a in moved)
                z[some], u[some], out.gaps[n, some] = z_new, u_new, gap
                out.iterations[n, some] = rounds * per_round + ITERATIONS_PER_TEST * tests
                left.append(some[~(gap <= tolerance)])
            active = np.concatenate(left)
            rounds += 1
        out.coefficients[n] = z[:targets, :columns]
        out.is_converged[n] = True
        out.is_converged[n, active] = False
    return out


def _ridge_path(of: Spectrum, c: np.ndarray, alphas: np.ndarray) -> Path:
    """Without the absolute penalty there is a closed form."""
    turned = of.vectors.T @ c  # [K, N]
    shrunk = turned / (of.values[:, None] + alphas[:, None, :])
    coefficients = np.einsum("kj,ljn->lnk", of.vectors, shrunk)
    zeros = np.zeros(alphas.shape)
    return Path(coefficients, zeros, zeros.astype(int), np.ones(alphas.shape, bool))


@partial(jax.jit, donate_argnums=(3, 4))
def _advance(
    g: Array,
    pseudoinverse: Array,
    inverse: Array,
    z: Array,
    u: Array,
    c: Array,
    v: Array,
    alpha: Array,
    step: float,
    l1_ratio: float,
    tolerance: float,
) -> tuple[Array, Array, Array, Array]:
    """(z, u, gaps, tests) after a round, or as soon as all targets of the block are done.

    inverse: step times the inverse of g + step I. z: coefficients. u: the dual of b = z; what its
    steps leave always keeps the penalties. tests: `[N]`, how many rounds of iterations there were.
    """
    soft = (alpha * l1_ratio / step)[:, None]
    shrink = 1 / (1 + alpha * (1 - l1_ratio) / step)[:, None]
    fixed = c @ inverse / step

    def gap(z, u):
        return duality_gap(g, c, v, alpha, l1_ratio, z, (c - step * u) @ pseudoinverse)

    def iterate(_, state):
        z, u = state
        b = fixed + (z - u) @ inverse
        relaxed = RELAXATION * b + (1 - RELAXATION) * z + u
        z = jnp.sign(relaxed) * jnp.maximum(jnp.abs(relaxed) - soft, 0.0) * shrink
        return z, relaxed - z

    def iterate_and_test(state):
        z, u, _, tests = state
        z, u = jax.lax.fori_loop(0, ITERATIONS_PER_TEST, iterate, (z, u))
        return z, u, gap(z, u), tests + 1

    def goes_on(state):
        _, _, gaps, tests = state
        return (tests < TESTS_PER_ROUND) & ~(gaps <= tolerance).all()

    z, u, gaps, tests = jax.lax.while_loop(
        goes_on, iterate_and_test, (z, u / step, gap(z, u / step), 0)
    )
    return z, step * u, gaps, jnp.full(gaps.shape, tests)


def duality_gap(
    g: Array, c: Array, v: Array, alpha: Array, l1_ratio: float, b: Array, dual: Array
) -> Array:
    """`[N]`: how far above the optimum the objective of b is at most, as a share of v.

    c, b, dual: `[N, K]`; v, alpha: `[N]`; l1_ratio above 0. A dual point is a residual, scaled
    until no column's product with it exceeds its penalty: that of b, or that of the coefficients
    `dual`, whichever is better. The first is slow to keep the penalties where columns are nearly
    collinear; the dual variable of the iterations keeps them always, and there is a residual that
    has its products.
    """
    lasso, ridge = alpha * l1_ratio, alpha * (1 - l1_ratio)
    square = ridge * (b * b).sum(axis=1)

    def bound(of, rest):
        kept = v - (of * c).sum(axis=1)
        residual = kept - (of * rest).sum(axis=1)
        steepest = jnp.abs(rest - ridge[:, None] * b).max(axis=1)
        theta = lasso / jnp.maximum(steepest, lasso)
        return residual, theta * kept - theta**2 / 2 * (residual + square)

    residual, of_b = bound(b, c - b @ g)
    _, of_dual = bound(dual, c - dual @ g)
    primal = residual / 2 + lasso * jnp.abs(b).sum(axis=1) + square / 2
    gap = jnp.maximum(primal - jnp.maximum(of_b, of_dual), 0.0)
    return jnp.where(v > 0, gap / jnp.where(v > 0, v, 1.0), 0.0)
