"""What is known of a constraint at a run, and what became of it later.

Runs come every five minutes or so, not on a grid, and some are missing. A feature of run t rests on
runs up to t alone, a label on the first run at or after t + horizon, or up to half a minute before
that: a run that comes 295 seconds on is the one five minutes ahead. T runs, K constraints; times
are seconds since any instant, rising.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

FEATURES = (
    "bound_now",
    "log1p_mu_now",
    "mean_log1p_mu_60_minutes",
    "bound_share_15_minutes",
    "bound_share_60_minutes",
    "log1p_minutes_since_bound",
    "asinh_system_lambda",
    "hour_sin",
    "hour_cos",
    "half_day_sin",
    "half_day_cos",
    "log1p_constraints_bound",
)
CAP_MINUTES = 1440.0  # of the time since it last bound: a day, or more, or never
LABEL_TOLERANCE = 300.0  # seconds after t + horizon by which there must be a run
LABEL_EARLY = 30.0  # seconds before t + horizon from which a run will do


class Runs(NamedTuple):
    """What all constraints share, each `[T]`.

    seconds: strictly rising. hour: of the day on the market's clock, 0 to 24. system_lambda: $/MWh,
    NaN where it is not known. bound_count: how many constraints bind.
    """

    seconds: np.ndarray
    hour: np.ndarray
    system_lambda: np.ndarray
    bound_count: np.ndarray


class Labels(NamedTuple):
    """What became of it. place: `[T]`, the run that tells, -1 for none. bound, mu: `[T, K]`.

    Where `place` is -1, `bound` is false and `mu` is 0.
    """

    place: np.ndarray
    bound: np.ndarray
    mu: np.ndarray


class Scale(NamedTuple):
    """Means and standard deviations of the training rows, `[K, F]`; 1 for what does not vary."""

    mean: np.ndarray
    sd: np.ndarray


def features(runs: Runs, mu: np.ndarray, tau: float = 0.0) -> np.ndarray:
    """`FEATURES` of `mu [T, K]`, `[K, T, F]`. A constraint binds if mu > tau >= 0.

    A system lambda that is not known is the last one known before, 0 before the first.
    """
    count, constraints = mu.shape
    seconds = np.asarray(runs.seconds, float)
    if count > 1 and not (np.diff(seconds) > 0).all():
        at = int(np.flatnonzero(np.diff(seconds) <= 0)[0]) + 1
        raise ValueError(f"run {at} is not later than the one before: sort runs, one row for each")
    bound = (mu > tau).astype(float)
    log_mu = np.log1p(np.maximum(mu, 0.0))
    run = np.arange(count)
    quarter, hour = (np.searchsorted(seconds, seconds - s, side="right") for s in (900.0, 3600.0))
    last = np.maximum.accumulate(np.where(bound > 0, run[:, None], -1), axis=0)
    since = np.where(last >= 0, (seconds[:, None] - seconds[last]) / 60, CAP_MINUTES)
    angle = 2 * np.pi * np.asarray(runs.hour, float) / 24
    shared = np.stack(
        [
            np.arcsinh(_last_known(runs.system_lambda)),
            np.sin(angle),
            np.cos(angle),
            np.sin(2 * angle),
            np.cos(2 * angle),
            np.log1p(runs.bound_count),
        ],
        axis=-1,
    )
    own = np.stack(
        [
            bound,
            log_mu,
            _mean_since(log_mu, hour),
            _mean_since(bound, quarter),
            _mean_since(bound, hour),
            np.log1p(np.minimum(since, CAP_MINUTES)),
        ],
        axis=-1,
    )
    return np.concatenate(
        [own.transpose(1, 0, 2), np.broadcast_to(shared, (constraints, *shared.shape))], axis=-1
    )


def labels(seconds: np.ndarray, mu: np.ndarray, horizon: float, tau: float = 0.0) -> Labels:
    """What `mu [T, K]` is `horizon` seconds, above 0, from each run: at the first later run that is
    at most `LABEL_EARLY` early. Missing where that is more than `LABEL_TOLERANCE` late.
    """
    if horizon <= 0:
        raise ValueError(f"horizon is {horizon} seconds: it must lie ahead, above 0")
    due = np.asarray(seconds, float) + horizon
    place = np.searchsorted(seconds, due - LABEL_EARLY, side="left")
    place = np.maximum(place, np.arange(1, len(seconds) + 1))
    inside = np.minimum(place, max(len(seconds) - 1, 0))
    is_there = (place < len(seconds)) & (np.asarray(seconds)[inside] - due <= LABEL_TOLERANCE)
    later = np.where(is_there[:, None], mu[inside], 0.0)
    return Labels(np.where(is_there, place, -1), later > tau, later)


def scale_of(values: np.ndarray, rows: np.ndarray) -> Scale:
    """Scale of features `[K, T, F]` over `rows`, a mask or places in T."""
    chosen = values[:, rows]
    if not chosen.shape[1]:
        shape = (values.shape[0], values.shape[2])
        return Scale(np.zeros(shape), np.ones(shape))
    sd = chosen.std(axis=1)
    # what varies by rounding alone does not vary
    flat = sd <= 1e-12 * (1 + np.abs(chosen).max(axis=1))
    return Scale(chosen.mean(axis=1), np.where(flat, 1.0, sd))


def common_scale(values: np.ndarray) -> Scale:
    """The scale of features `[K, T, F]` over all constraints and runs, the same for each."""
    constraints, runs, width = values.shape
    scale = scale_of(values.reshape(1, constraints * runs, width), slice(None))
    return Scale(*(np.broadcast_to(v, (constraints, width)) for v in scale))


def standardise(values: np.ndarray, scale: Scale) -> np.ndarray:
    """Standard scores of features `[K, T, F]` by a scale of `[K, F]`: `(value - mean) / sd`.

    The answer, `[K, T, F]`, has no unit; a feature that does not vary in the scale's rows is moved
    by its mean alone.
    """
    return (values - scale.mean[:, None]) / scale.sd[:, None]


def _mean_since(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Mean of `values [T, K]` over the runs from `first [T]` to each."""
    total = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    run = np.arange(1, len(values) + 1)
    return (total[run] - total[first]) / (run - first)[:, None]


def _last_known(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, float)
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(len(values))))
    return np.where(last >= 0, np.nan_to_num(values)[last], 0.0)
