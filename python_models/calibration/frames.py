"""Tables to a calibration and back: the only place of this package that knows a column's name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_models.calibration import hurdle, logistic, recalibrate, scores
from python_models.calibration.features import (
    FEATURES,
    Labels,
    Runs,
    Scale,
    common_scale,
    features,
    labels,
    standardise,
)

CONSTRAINTS_AT_ONCE = 16  # bounds memory; arrays have one shape, so that jax compiles once
POOLED_ROWS = 200_000  # of all constraints, evenly spaced, that a common model is fitted to
# On the distance of a constraint's model from the common one: rows hang together for hours, so a
# constraint's own count for about a hundredth of what they would if each were news.
PENALTY = 100.0
MURPHY_STEP = 0.01  # forecasts are rounded to it for the parts of the Brier score
# parts of the runs, in time: fit; fit of the recalibration, and its choice; scores
CUTS = (0.6, 0.7, 0.8)
FIT, RECALIBRATE, CHOOSE, SCORE = range(4)


@dataclass(frozen=True)
class CalibrationOptions:
    """What to work out. tau: a constraint binds above it, $/MWh. time_zone: of the hour of day."""

    horizons: tuple[int, ...] = (5, 15, 60)  # minutes
    tau: float = 0.0
    time_zone: str = "America/Chicago"
    least_runs: int = 100
    mu_levels: tuple[float, ...] = (0.5, 0.95)


_AT = [("constraint_key", pa.string()), ("horizon_minutes", pa.int64())]
_SCORES = [
    ("slice", pa.string()),
    ("brier", pa.float64()),
    ("log_loss", pa.float64()),
    ("skill_climatology", pa.float64()),
    ("skill_persistence", pa.float64()),
    ("reliability", pa.float64()),
    ("resolution", pa.float64()),
    ("uncertainty", pa.float64()),
    ("ece", pa.float64()),
    ("count", pa.int64()),
    ("level_log_rmse", pa.float64()),
    ("level_log_bias", pa.float64()),
    ("level_coverage_50", pa.float64()),
    ("level_coverage_90", pa.float64()),
    ("level_count", pa.int64()),
]
CALIBRATION_COLUMNS = pa.schema(
    [
        ("status", pa.string()),
        ("reason", pa.string()),
        ("run_count", pa.int64()),
        ("constraint_count", pa.int64()),
        ("first_run_at", pa.timestamp("us", "UTC")),
        ("last_run_at", pa.timestamp("us", "UTC")),
        ("fit_ends_at", pa.timestamp("us", "UTC")),
        ("score_starts_at", pa.timestamp("us", "UTC")),
        (
            "params",
            pa.list_(
                pa.struct(
                    [
                        *_AT,
                        ("method", pa.string()),
                        ("base_rate", pa.float64()),
                        ("intercept", pa.float64()),
                        ("positives", pa.int64()),
                        ("row_count", pa.int64()),
                        ("converged", pa.bool_()),
                        ("level_method", pa.string()),
                        ("level_intercept", pa.float64()),
                        ("level_sd", pa.float64()),
                        ("max_shadow_price", pa.float64()),
                        (
                            "weights",
                            pa.list_(
                                pa.struct(
                                    [
                                        ("feature", pa.string()),
                                        ("mean", pa.float64()),
                                        ("sd", pa.float64()),
                                        ("weight", pa.float64()),
                                        ("level_weight", pa.float64()),
                                    ]
                                )
                            ),
                        ),
                    ]
                )
            ),
        ),
        (
            "recalibrations",
            pa.list_(
                pa.struct(
                    [
                        ("horizon_minutes", pa.int64()),
                        ("method", pa.string()),
                        ("slope", pa.float64()),
                        ("intercept", pa.float64()),
                        ("knots_p", pa.list_(pa.float64())),
                        ("knots_y", pa.list_(pa.float64())),
                    ]
                )
            ),
        ),
        ("scores", pa.list_(pa.struct([*_AT, *_SCORES]))),
        (
            "reliability",
            pa.list_(
                pa.struct(
                    [
                        ("horizon_minutes", pa.int64()),
                        ("bin", pa.int64()),
                        ("mean_p", pa.float64()),
                        ("observed", pa.float64()),
                        ("count", pa.int64()),
                    ]
                )
            ),
        ),
        (
            "current",
            pa.list_(
                pa.struct(
                    [
                        *_AT,
                        ("run_at", pa.timestamp("us", "UTC")),
                        ("is_bound_now", pa.bool_()),
                        ("method", pa.string()),
                        ("probability", pa.float64()),
                        ("expected_mu", pa.float64()),
                        (
                            "mu_quantiles",
                            pa.list_(pa.struct([("level", pa.float64()), ("mu", pa.float64())])),
                        ),
                    ]
                )
            ),
        ),
    ]
)


class _Data(NamedTuple):
    """Tables as arrays: `mu [T, K]`, `cap [K]` (infinite for none), `part [T]` of the slices."""

    keys: list[str]
    instants: pa.Array
    runs: Runs
    mu: np.ndarray
    cap: np.ndarray
    part: np.ndarray


class _Fitted(NamedTuple):
    """What was fitted to all constraints for one horizon; `p [T, K]` before recalibration."""

    minutes: int
    outcome: Labels
    used: np.ndarray  # `[T]`: slice whose runs have both features and label in it, -1 for none
    model: logistic.Logistic
    level: hurdle.Levels
    log_level: np.ndarray  # `[T, K]`
    p: np.ndarray


def calibrate_table(
    mu: pa.Table, runs: pa.Table, options: CalibrationOptions | None = None
) -> pa.Table:
    """One row (`CALIBRATION_COLUMNS`): models, recalibrations, scores, forecasts of the last run.

    mu: run_at, constraint_key, shadow_price, max_shadow_price (null for none): a row where a
    constraint is listed, else its shadow price is 0. runs: run_at, system_lambda, one row for each
    run, null where lambda is not known. `run_at`: timestamps in UTC.

    Each constraint's model is drawn towards one of all constraints, where that has cases enough.
    The first 60 per cent of the runs serve to fit, the next 10 to fit a recalibration per horizon,
    the next 10 to choose it, the last 20 to score. A row belongs to a slice if its label does too.
    `status`: OK, TOO_FEW_RUNS or NO_CONSTRAINTS (none ever bound), with a `reason`. Raises
    ValueError for runs that repeat, rows of no run, rows that repeat, prices that are no numbers.
    """
    options = options or CalibrationOptions()
    data = _read(mu, runs, options)
    count = len(data.part)
    row = {
        "status": "OK",
        "reason": None,
        "run_count": count,
        "constraint_count": len(data.keys),
        "first_run_at": data.instants[0].as_py() if count else None,
        "last_run_at": data.instants[-1].as_py() if count else None,
    }
    if count < options.least_runs:
        row |= {
            "status": "TOO_FEW_RUNS",
            "reason": f"{count} runs are there, {options.least_runs} are needed",
        }
    elif not data.keys:
        row |= {"status": "NO_CONSTRAINTS", "reason": "no constraint bound in any run"}
    if row["status"] != "OK":
        row |= {f.name: [] for f in CALIBRATION_COLUMNS if pa.types.is_list(f.type)}
        return pa.Table.from_pylist([row], schema=CALIBRATION_COLUMNS)
    row |= {
        "fit_ends_at": data.instants[int(np.flatnonzero(data.part == FIT)[-1])].as_py(),
        "score_starts_at": data.instants[int(np.flatnonzero(data.part == SCORE)[0])].as_py(),
    }
    lists: dict[str, list] = {f.name: [] for f in CALIBRATION_COLUMNS if pa.types.is_list(f.type)}
    fits, scale = _fit(data, options)
    for fitted in fits:
        recalibration = _recalibration(fitted)
        p = _recalibrated(fitted, recalibration)
        lists["params"] += _params(data, fitted, scale)
        lists["recalibrations"].append(
            {"horizon_minutes": fitted.minutes, **recalibration._asdict()}
        )
        lists["scores"] += _scores(data, fitted, p, options)
        lists["reliability"] += _reliability(fitted, p)
        lists["current"] += _current(data, fitted, p, options)
    return pa.Table.from_pylist([row | lists], schema=CALIBRATION_COLUMNS)


def _read(mu: pa.Table, runs: pa.Table, options: CalibrationOptions) -> _Data:
    runs = runs.sort_by("run_at")
    instants = runs["run_at"].cast(pa.timestamp("us", "UTC")).combine_chunks()
    micros = pc.cast(instants, pa.int64()).to_numpy(zero_copy_only=False)
    if (np.diff(micros) == 0).any():
        at = instants[int(np.flatnonzero(np.diff(micros) == 0)[0])]
        raise ValueError(f"runs: {at} is there twice: give one row for each run")
    row = pc.cast(mu["run_at"].cast(pa.timestamp("us", "UTC")), pa.int64()).to_numpy()
    place = np.searchsorted(micros, row)
    is_run = place < len(micros)
    is_run[is_run] = micros[place[is_run]] == row[is_run]
    if not is_run.all():
        at = mu["run_at"][int(np.flatnonzero(~is_run)[0])]
        raise ValueError(f"mu: {at} is no run of `runs`: give the runs of all rows")
    level = mu["shadow_price"].cast(pa.float64()).to_numpy()
    if not np.isfinite(level).all():
        n = int(np.flatnonzero(~np.isfinite(level))[0])
        raise ValueError(
            f"mu: {mu['constraint_key'][n]} at {mu['run_at'][n]}: shadow_price is "
            f"{mu['shadow_price'][n]}; leave the row out or give a number"
        )
    encoded = pc.dictionary_encode(mu["constraint_key"].cast(pa.string())).combine_chunks()
    column, names = encoded.indices.to_numpy(), encoded.dictionary.to_pylist()
    cell = place * max(len(names), 1) + column
    cells, first = np.unique(cell, return_index=True)
    if len(cells) < len(cell):
        n = int(np.setdiff1d(np.arange(len(cell)), first)[0])
        raise ValueError(
            f"mu: {names[column[n]]} at {mu['run_at'][n]} is there twice: give one row for each"
        )
    table = np.zeros((len(micros), len(names)))
    table[place, column] = level
    cap = np.full(len(names), -np.inf)
    np.maximum.at(cap, column, pc.fill_null(mu["max_shadow_price"], -math.inf).to_numpy())
    ever = np.flatnonzero((table > options.tau).any(axis=0))
    ever = ever[np.argsort([names[k] for k in ever], kind="stable")]
    table = table[:, ever]
    local = pc.cast(instants, pa.timestamp("us", options.time_zone))
    hour = pc.hour(local).to_numpy(zero_copy_only=False) + (
        pc.minute(local).to_numpy(zero_copy_only=False) / 60
    )
    known = Runs(
        seconds=micros / 1e6,
        hour=hour,
        system_lambda=pc.fill_null(runs["system_lambda"].cast(pa.float64()), math.nan).to_numpy(),
        bound_count=(table > options.tau).sum(axis=1),
    )
    part = np.searchsorted(np.array(CUTS) * len(micros), np.arange(len(micros)), side="right")
    cap = np.where(np.isfinite(cap[ever]), cap[ever], np.inf)
    return _Data([names[k] for k in ever], instants, known, table, cap, part)


def _fit(data: _Data, options: CalibrationOptions) -> tuple[list[_Fitted], Scale]:
    """Models of all constraints per horizon, fitted in blocks of constraints."""
    outcomes = [
        labels(data.runs.seconds, data.mu, 60.0 * minutes, options.tau)
        for minutes in options.horizons
    ]
    used = [_used(outcome, data.part) for outcome in outcomes]
    train = [u == FIT for u in used]
    common = [
        (
            logistic.base_rate(int(o.bound[rows].sum()), int(rows.sum()) * len(data.keys)),
            hurdle.common_level(o.mu[rows], o.bound[rows]),
        )
        for o, rows in zip(outcomes, train, strict=True)
    ]
    first = np.flatnonzero(data.part == FIT)
    sample = first[:: -(-len(first) * len(data.keys) // POOLED_ROWS)]
    some = np.concatenate(
        [
            features(data.runs, data.mu[:, block[:kept]], options.tau)[:, sample]
            for block, kept in _blocks(len(data.keys))
        ]
    )
    scale = common_scale(some)
    pooled = standardise(some, scale).reshape(-1, len(FEATURES))
    centres = [
        _common_model(pooled, o.bound[sample], rows[sample])
        for o, rows in zip(outcomes, train, strict=True)
    ]
    parts: list[list] = [[] for _ in options.horizons]
    for block, kept in _blocks(len(data.keys)):
        values = features(data.runs, data.mu[:, block], options.tau)
        values = jnp.asarray(standardise(values, Scale(scale.mean[block], scale.sd[block])))
        for h, outcome in enumerate(outcomes):
            rate, level = common[h]
            # the same rows for all horizons, so that jax compiles once; some are left out
            is_known = np.broadcast_to(train[h][first, None], (len(first), len(block)))
            y, mu = outcome.bound[first][:, block], outcome.mu[first][:, block]
            model = logistic.fit(
                values[:, first], y, is_known, PENALTY, common_rate=rate, centre=centres[h]
            )
            height = hurdle.fit_levels(values[:, first], mu, y & is_known, level)
            found = (
                model,
                height,
                hurdle.log_levels(height, values),
                logistic.probabilities(model, values),
            )
            parts[h].append(_cut(found, kept))
    fits = []
    for h, minutes in enumerate(options.horizons):
        models, heights, level, p = zip(*parts[h], strict=True)
        fits.append(
            _Fitted(
                minutes,
                outcomes[h],
                used[h],
                logistic.Logistic(*(np.concatenate(v) for v in zip(*models, strict=True))),
                hurdle.Levels(*(np.concatenate(v) for v in zip(*heights, strict=True))),
                np.concatenate(level, axis=1),
                np.concatenate(p, axis=1),
            )
        )
    return fits, scale


def _common_model(pooled: np.ndarray, bound: np.ndarray, known: np.ndarray) -> np.ndarray | None:
    """Intercept and weights of one model of all constraints; None with too few cases of either.

    pooled: `[K x T, F]`. bound: `[T, K]`. known: `[T]`.
    """
    use = np.broadcast_to(known[:, None], bound.shape)
    model = logistic.fit(pooled, bound.T.reshape(-1, 1), use.T.reshape(-1, 1))
    if not model.is_newton[0]:
        return None
    return np.concatenate([model.intercept, model.weights[0]])


def _blocks(count: int) -> Iterator[tuple[np.ndarray, int]]:
    """Constraints of each block, and how many of them count: the last is filled up by repeats."""
    width = min(count, CONSTRAINTS_AT_ONCE)
    for first in range(0, count, width):
        yield np.minimum(np.arange(first, first + width), count - 1), min(width, count - first)


def _cut(found: tuple, kept: int) -> tuple:
    """The same without the repeats that filled the block."""
    model, height, level, p = found
    return (
        [np.asarray(v)[:kept] for v in model],
        [np.asarray(v)[:kept] for v in height],
        np.asarray(level)[:, :kept],
        np.asarray(p)[:, :kept],
    )


def _used(outcome: Labels, part: np.ndarray) -> np.ndarray:
    """Slice of each run, -1 where its label is missing or in another slice."""
    return np.where((outcome.place >= 0) & (part[outcome.place] == part), part, -1)


def _recalibration(fitted: _Fitted) -> recalibrate.Recalibration:
    """One map for all constraints that have a fit of their own."""

    def cases(part: int) -> tuple[np.ndarray, np.ndarray]:
        rows, own = fitted.used == part, fitted.model.is_newton
        return fitted.p[rows][:, own].ravel(), fitted.outcome.bound[rows][:, own].ravel() * 1.0

    return recalibrate.choose(*cases(RECALIBRATE), *cases(CHOOSE))


def _recalibrated(fitted: _Fitted, recalibration: recalibrate.Recalibration) -> np.ndarray:
    model = fitted.model
    # a climatology is its base rate to the last digit, so that its skill beside it is exactly 0
    return np.where(model.is_newton, recalibrate.apply(recalibration, fitted.p), model.base_rate)


def _method(model: logistic.Logistic, k: int) -> str:
    return "NEWTON" if model.is_newton[k] else "CLIMATOLOGY"


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _params(data: _Data, fitted: _Fitted, scale: Scale) -> Iterable[dict]:
    model, level = fitted.model, fitted.level
    for k, key in enumerate(data.keys):
        yield {
            "constraint_key": key,
            "horizon_minutes": fitted.minutes,
            "method": _method(model, k),
            "base_rate": model.base_rate[k],
            "intercept": model.intercept[k],
            "positives": model.positives[k],
            "row_count": model.rows[k],
            "converged": bool(model.converged[k]),
            "level_method": "RIDGE" if level.is_fitted[k] else "CLIMATOLOGY",
            "level_intercept": _number(level.intercept[k]),
            "level_sd": _number(level.sd[k]),
            "max_shadow_price": _number(data.cap[k]),
            "weights": [
                {
                    "feature": name,
                    "mean": scale.mean[k, f],
                    "sd": scale.sd[k, f],
                    "weight": model.weights[k, f],
                    "level_weight": level.weights[k, f],
                }
                for f, name in enumerate(FEATURES)
            ],
        }


def _scores(
    data: _Data, fitted: _Fitted, p: np.ndarray, options: CalibrationOptions
) -> Iterable[dict]:
    """Pooled over constraints for the slices FIT and SCORE, and of each for SCORE."""
    now = (data.mu > options.tau) * 1.0
    climatology = np.broadcast_to(fitted.model.base_rate, p.shape)
    wanted = [("FIT", FIT, None), ("SCORE", SCORE, None)]
    wanted += [("SCORE", SCORE, k) for k in range(len(data.keys))]
    for name, part, k in wanted:
        rows = fitted.used == part
        columns = slice(None) if k is None else slice(k, k + 1)
        y, forecast, rate, persisted = (
            v[rows][:, columns].ravel() for v in (fitted.outcome.bound * 1.0, p, climatology, now)
        )
        rounded = np.round(forecast / MURPHY_STEP) * MURPHY_STEP
        score = scores.brier(forecast, y)
        found = {
            "brier": score,
            "log_loss": scores.log_loss(forecast, y),
            "skill_climatology": scores.skill(score, scores.brier(rate, y)),
            "skill_persistence": scores.skill(score, scores.brier(persisted, y)),
            **scores.murphy(rounded, y)._asdict(),
            "ece": scores.expected_calibration_error(forecast, y),
        }
        yield {
            "constraint_key": None if k is None else data.keys[k],
            "horizon_minutes": fitted.minutes,
            "slice": name,
            **{name: _number(value) for name, value in found.items()},
            "count": len(y),
            **_level_scores(data, fitted, rows, columns),
        }


def _level_scores(data: _Data, fitted: _Fitted, rows: np.ndarray, columns: slice) -> dict:
    """Of the level, given that it binds, where it did."""
    bound = fitted.outcome.bound[rows][:, columns]
    mu, level = (v[rows][:, columns][bound] for v in (fitted.outcome.mu, fitted.log_level))
    sd, cap = (np.broadcast_to(v[columns], bound.shape)[bound] for v in (fitted.level.sd, data.cap))
    error = level - np.log(mu)
    is_there = np.isfinite(error)
    mu, level, sd, cap, error = (v[is_there] for v in (mu, level, sd, cap, error))

    def inside(share: float) -> float | None:
        low, high = (
            np.asarray(hurdle.mu_quantile(u, np.ones_like(mu), level, sd, cap))
            for u in (0.5 - share / 2, 0.5 + share / 2)
        )
        return float(np.mean((mu >= low) & (mu <= high))) if len(mu) else None

    return {
        "level_log_rmse": float(np.sqrt(np.mean(error**2))) if len(mu) else None,
        "level_log_bias": float(np.mean(error)) if len(mu) else None,
        "level_coverage_50": inside(0.5),
        "level_coverage_90": inside(0.9),
        "level_count": len(mu),
    }


def _reliability(fitted: _Fitted, p: np.ndarray) -> Iterable[dict]:
    rows = fitted.used == SCORE
    table = scores.reliability_table(p[rows].ravel(), fitted.outcome.bound[rows].ravel())
    for n, (mean_p, observed, count) in enumerate(zip(*table, strict=True), 1):
        yield {
            "horizon_minutes": fitted.minutes,
            "bin": n,
            "mean_p": mean_p,
            "observed": observed,
            "count": count,
        }


def _current(
    data: _Data, fitted: _Fitted, p: np.ndarray, options: CalibrationOptions
) -> Iterable[dict]:
    last, level, sd = p[-1], fitted.log_level[-1], fitted.level.sd
    expected = np.asarray(hurdle.expected_mu(last, level, sd, data.cap))
    points = [hurdle.mu_quantile(u, last, level, sd, data.cap) for u in options.mu_levels]
    at = data.instants[-1].as_py()
    for k, key in enumerate(data.keys):
        yield {
            "constraint_key": key,
            "horizon_minutes": fitted.minutes,
            "run_at": at,
            "is_bound_now": bool(data.mu[-1, k] > options.tau),
            "method": _method(fitted.model, k),
            "probability": last[k],
            "expected_mu": _number(expected[k]),
            "mu_quantiles": [
                {"level": u, "mu": _number(float(point[k]))}
                for u, point in zip(options.mu_levels, points, strict=True)
            ],
        }
