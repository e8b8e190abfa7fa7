"""A congestion market drawn at random whose shift factors are known.

Shadow prices are sparse, skewed and correlated in time and with each other, up to a cap; some
constraints bind in a handful of hours, some together with a twin (the same line under another
outage). Factors are small but for a few, as on a real network.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter

PER_DAY = 24
CAP = 2000.0


class Draw(NamedTuple):
    """mu: `[T, K]`, y: `[T, N]`, beta: `[K, N]`, level: `[N]`, clean: `[T, N]` without noise."""

    mu: np.ndarray
    y: np.ndarray
    beta: np.ndarray
    level: np.ndarray
    clean: np.ndarray


def draw(
    seed: int,
    days: int,
    constraints: int,
    nodes: int,
    *,
    noise: float,
    twins: int = 0,
    least: float = 0.003,
) -> Draw:
    """`twins` of the constraints bind with the one before them, and have its factors.
    least: share of the intervals in which the rarest bind."""
    rng = np.random.default_rng(seed)
    rows = days * PER_DAY
    common = slow(rng, rows, 8, 0.95)
    loadings = rng.standard_normal((8, constraints)) * (rng.random((8, constraints)) < 0.4)
    latent = common @ loadings + slow(rng, rows, constraints, 0.7)
    share = np.exp(rng.uniform(np.log(least), np.log(0.15), constraints))
    limit = np.array([np.quantile(w, 1 - s) for w, s in zip(latent.T, share, strict=True)])
    mu = np.maximum(latent - limit, 0) ** 1.5 * np.exp(rng.normal(3, 1, constraints))
    beta = factors(rng, constraints, nodes)
    for n in range(twins):
        first = n * (constraints // max(twins, 1))
        mu[:, first + 1] = rng.uniform(0.3, 1.5) * mu[:, first]
        beta[first + 1] = beta[first]
    mu = np.round(np.minimum(mu, CAP), 2)
    level = rng.normal(0, 1, nodes)
    clean = level - mu @ beta
    return Draw(mu, clean + noise * rng.standard_normal((rows, nodes)), beta, level, clean)


def factors(rng: np.random.Generator, constraints: int, nodes: int) -> np.ndarray:
    """Most nodes hardly matter to a constraint, about one in a hundred matters above 0.1."""
    return np.clip(0.0012 * rng.standard_t(1.1, (constraints, nodes)), -0.6, 0.6)


def slow(rng: np.random.Generator, rows: int, series: int, memory: float) -> np.ndarray:
    """First-order autoregressions of variance 1, `[rows, series]`."""
    shocks = rng.standard_normal((rows, series)) * np.sqrt(1 - memory**2)
    return lfilter([1.0], [1.0, -memory], shocks, axis=0)


def r_squared(estimate: np.ndarray, truth: np.ndarray) -> float:
    return float(1 - ((estimate - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def sign_accuracy(estimate: np.ndarray, truth: np.ndarray) -> float:
    """Where the truth is above 0.02 in size."""
    large = np.abs(truth) > 0.02
    return float((np.sign(estimate[large]) == np.sign(truth[large])).mean())


def coefficients(row: dict) -> list[dict]:
    """Coefficients of a row of `fit_table`, with the names that their places stand for."""
    constraints, locations = row["constraint_offsets"], row["locations"]
    return [
        c
        | {
            "constraint_key": constraints[c["constraint_place"] - 1]["constraint_key"],
            "location_key": locations[c["location_place"] - 1]["location_key"],
        }
        for c in row["coefficients"]
    ]
