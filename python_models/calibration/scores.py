"""How good probabilities are: scores against what happened.

`p` are probabilities and `y` outcomes, 0 or 1, each `[count]`. Scores of nothing are NaN.

Sources: G. W. Brier, Monthly Weather Review 78, 1950; A. H. Murphy, "A New Vector Partition of the
Probability Score", Journal of Applied Meteorology 12, 1973.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BINS = 15
CLIP = 1e-15  # log loss takes no probability as nearer to 0 or 1


class Murphy(NamedTuple):
    """Brier score = reliability - resolution + uncertainty. The smaller the first the better."""

    reliability: float
    resolution: float
    uncertainty: float


class Bins(NamedTuple):
    """Mean forecast, observed frequency and number of cases, each `[bins]`; none is empty."""

    mean_p: np.ndarray
    observed: np.ndarray
    count: np.ndarray


def brier(p: np.ndarray, y: np.ndarray) -> float:
    """Mean squared distance of probabilities from outcomes, `[count]` each: Brier (1950), in the
    form for two outcomes, which counts one of them. No unit: 0 perfect, 1 certain and wrong.
    """
    return float(np.mean((p - y) ** 2)) if len(p) else np.nan


def log_loss(p: np.ndarray, y: np.ndarray) -> float:
    """Mean of -log of the probability given to what happened."""
    p = np.clip(p, CLIP, 1 - CLIP)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p))) if len(p) else np.nan


def skill(score: float, reference: float) -> float:
    """Part of the reference's score that is done away with: 1 perfect, 0 no better.

    0 for two perfect scores; minus infinity beside a perfect reference alone.
    """
    if score == reference:
        return 0.0
    return 1 - score / reference if reference != 0 else -np.inf


def murphy(p: np.ndarray, y: np.ndarray) -> Murphy:
    """The parts by distinct forecasts, which makes them add up to the Brier score exactly."""
    if not len(p):
        return Murphy(np.nan, np.nan, np.nan)
    bins = _bins(p, y, np.unique(p, return_inverse=True)[1])
    share, base = bins.count / len(p), float(np.mean(y))
    return Murphy(
        reliability=float(np.sum(share * (bins.mean_p - bins.observed) ** 2)),
        resolution=float(np.sum(share * (bins.observed - base) ** 2)),
        uncertainty=base * (1 - base),
    )


def reliability_table(p: np.ndarray, y: np.ndarray, bins: int = BINS) -> Bins:
    """Cases in up to `bins` bins of as many cases each, by rank of the forecast.

    Equal forecasts are never split between bins, so there may be fewer.
    """
    if not len(p):
        return Bins(np.zeros(0), np.zeros(0), np.zeros(0, int))
    first_rank = np.searchsorted(np.sort(p), p)
    return _bins(p, y, np.unique(first_rank * bins // len(p), return_inverse=True)[1])


def expected_calibration_error(p: np.ndarray, y: np.ndarray, bins: int = BINS) -> float:
    """Mean distance between forecast and frequency over the bins of `reliability_table`.

    Even true probabilities have some: about 0.002 for 100,000 cases at a base rate of 6 per cent.
    """
    table = reliability_table(p, y, bins)
    if not len(p):
        return np.nan
    return float(np.sum(table.count * np.abs(table.mean_p - table.observed)) / len(p))


def _bins(p: np.ndarray, y: np.ndarray, place: np.ndarray) -> Bins:
    count = np.bincount(place)
    return Bins(np.bincount(place, p) / count, np.bincount(place, y) / count, count)
