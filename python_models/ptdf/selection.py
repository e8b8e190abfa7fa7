"""Which penalty, and whether the fit is worth having, by intervals later than all it has seen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

HOLDOUT_SHARE = 0.1
# A penalty for each target instead of one for all must lower the pooled error by this share.
WORTH_CHOOSING_APART = 0.01


class Choice(NamedTuple):
    """chosen: `[N]`, number of each target's penalty. is_pooled: whether it is one for all.
    pooled_rmse: `[L]`, over all targets. is_at_edge: the best for all is the first or last but for
    the one at which nothing is left."""

    chosen: np.ndarray
    is_pooled: bool
    pooled_rmse: np.ndarray
    is_at_edge: bool


def split(intervals: int) -> int:
    """How many of so many intervals, in the order of time, come before the hold-out."""
    return intervals - int(np.ceil(HOLDOUT_SHARE * intervals)) if intervals > 1 else intervals


def pooled(mean_square: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Root mean square over all targets; NaN for no rows. mean_square: `[..., N]`, rows: `[N]`."""
    total = rows.sum()
    if total == 0:
        return np.full(mean_square.shape[:-1], np.nan)
    return np.sqrt((np.where(rows > 0, mean_square, 0.0) * rows).sum(axis=-1) / total)


def choose(mean_square: np.ndarray, rows: np.ndarray) -> Choice:
    """mean_square: `[L, N]`, hold-out error by penalty, falling; rows: `[N]` of the hold-out.

    One penalty for all unless one for each lowers the pooled error by more than 1 %. Without a
    hold-out it is the least.
    """
    lambdas, targets = mean_square.shape
    by_penalty = pooled(mean_square, rows)
    if not rows.sum():
        return Choice(np.full(targets, lambdas - 1), True, by_penalty, False)
    best = int(np.argmin(by_penalty))
    at_edge = best == lambdas - 1 and lambdas > 1
    apart = np.where(rows > 0, np.argmin(np.where(rows > 0, mean_square, 0.0), axis=0), best)
    of_apart = pooled(mean_square[apart, np.arange(targets)], rows)
    if of_apart < (1 - WORTH_CHOOSING_APART) * by_penalty[best]:
        return Choice(apart, False, by_penalty, at_edge)
    return Choice(np.full(targets, best), True, by_penalty, at_edge)


def is_promoted(rmse: float, baseline: float, improvement: float = 0.05) -> bool:
    """Whether the error is so much below that of each target's training mean; never for NaN."""
    return bool(rmse <= (1 - improvement) * baseline and baseline > 0)


def unseen_share(bound_rows: np.ndarray, bound_columns: np.ndarray, seen: np.ndarray, rows: int):
    """Share of rows in which a column is not zero that never was in training; 0 for no rows.

    bound_rows, bound_columns: `[entries]`, where x is not zero. seen: `[K]`.
    """
    return len(np.unique(bound_rows[~seen[bound_columns]])) / max(rows, 1)
