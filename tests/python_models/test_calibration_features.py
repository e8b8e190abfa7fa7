"""Features and labels by hand, no look ahead, and whole calibrations of known markets."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_models.calibration.features import (
    FEATURES,
    Runs,
    features,
    labels,
    scale_of,
    standardise,
)
from python_models.calibration.frames import (
    CALIBRATION_COLUMNS,
    CalibrationOptions,
    calibrate_table,
)

MINUTE = 60.0


def runs(minutes, mu, system_lambda=None, hour=None) -> Runs:
    count = len(minutes)
    return Runs(
        np.asarray(minutes, float) * MINUTE,
        np.zeros(count) if hour is None else np.asarray(hour, float),
        np.full(count, 30.0) if system_lambda is None else np.asarray(system_lambda, float),
        (mu > 0).sum(axis=1),
    )


def column(values: np.ndarray, name: str, k: int = 0) -> np.ndarray:
    return values[k, :, FEATURES.index(name)]


def test_features_by_hand():
    """Runs at 0, 5, 10.5, 40 and 66 minutes, on no grid."""
    minutes = [0, 5, 10.5, 40, 66]
    mu = np.array([[0, 0], [8, 0], [0, 3], [0, 3], [2, 3.0]])
    found = features(runs(minutes, mu, [np.nan, 20, np.nan, -5, 0], [0, 6, 12, 18, 3]), mu)
    assert found.shape == (2, 5, len(FEATURES))
    assert column(found, "bound_now").tolist() == [0, 1, 0, 0, 1]
    assert column(found, "log1p_mu_now") == pytest.approx([0, np.log(9), 0, 0, np.log(3)])
    assert column(found, "bound_share_15_minutes") == pytest.approx([0, 1 / 2, 1 / 3, 0, 1])
    # at 66 minutes the hour reaches back to the run at 10.5
    assert column(found, "bound_share_60_minutes") == pytest.approx([0, 1 / 2, 1 / 3, 1 / 4, 1 / 3])
    assert column(found, "mean_log1p_mu_60_minutes")[-1] == pytest.approx(np.log(3) / 3)
    since = column(found, "log1p_minutes_since_bound")
    assert since == pytest.approx(np.log1p([1440, 0, 5.5, 35, 0]))
    assert column(found, "asinh_system_lambda") == pytest.approx(np.arcsinh([0, 20, 20, -5, 0]))
    assert column(found, "hour_sin") == pytest.approx([0, 1, 0, -1, np.sqrt(0.5)], abs=1e-12)
    assert column(found, "half_day_cos") == pytest.approx([1, -1, 1, -1, 0], abs=1e-12)
    assert column(found, "log1p_constraints_bound", 1) == pytest.approx(np.log1p([0, 1, 1, 1, 2]))
    assert column(found, "bound_now", 1).tolist() == [0, 0, 1, 1, 1]


def test_a_constraint_binds_above_tau():
    mu = np.array([[1.0], [3.0]])
    found = features(runs([0, 5], mu), mu, tau=2.0)
    assert column(found, "bound_now").tolist() == [0, 1]
    assert labels(np.array([0.0, 300.0]), mu, 300.0, tau=2.0).bound.tolist() == [[True], [False]]


def test_labels_by_hand():
    """The first run at or after; missing where that is more than five minutes late."""
    seconds = MINUTE * np.array([0, 5, 10, 16, 26.5])  # none is early
    mu = np.array([[1.0], [0.0], [2.0], [0.0], [4.0]])
    found = labels(seconds, mu, 5 * MINUTE)
    # due at 5, 10, 15, 21 and 31.5: on time, on time, 1 late, 5.5 late, never
    assert found.place.tolist() == [1, 2, 3, -1, -1]
    assert found.bound[:, 0].tolist() == [False, True, False, False, False]
    assert found.mu[:, 0].tolist() == [0, 2, 0, 0, 0]
    # due at 11.5: five minutes late to the second is in time
    assert labels(seconds, mu, 21.5 * MINUTE).place.tolist() == [4, 4, -1, -1, -1]
    # runs come every 300 seconds or so: one that is up to 30 early is the one that was meant
    uneven = np.array([0.0, 285.0, 600.0, 869.0, 1180.0])
    assert labels(uneven, mu, 300.0).place.tolist() == [1, 2, 4, 4, -1]
    # but never the run itself, nor one before
    assert labels(np.array([0.0, 2.0, 40.0]), mu[:3], 20.0).place.tolist() == [1, 2, -1]
    with pytest.raises(ValueError, match="horizon is 0 seconds"):
        labels(seconds, mu, 0)


def test_runs_that_do_not_rise_are_an_error():
    mu = np.zeros((3, 1))
    with pytest.raises(ValueError, match="run 2 is not later"):
        features(runs([0, 5, 5], mu), mu)


@given(st.integers(1, 40), st.integers(0, 39), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_no_feature_looks_ahead(count, at, seed):
    """All data after run t are replaced by noise: nothing up to t changes, to the last bit."""
    at = min(at, count - 1)
    rng = np.random.default_rng(seed)
    minutes = np.cumsum(rng.uniform(0.5, 20, count))
    mu = rng.exponential(20, (count, 3)) * (rng.random((count, 3)) < 0.4)
    price = np.where(rng.random(count) < 0.2, np.nan, rng.normal(30, 20, count))
    hour = rng.uniform(0, 24, count)
    before = features(runs(minutes, mu, price, hour), mu)
    later = np.arange(count) > at
    noise = rng.uniform(0.1, 90, count)
    minutes = np.where(later, minutes[at] + np.cumsum(noise * later), minutes)
    mu = np.where(later[:, None], rng.exponential(500, mu.shape), mu)
    after = features(runs(minutes, mu, np.where(later, 1e4, price), np.where(later, 7.0, hour)), mu)
    assert np.array_equal(before[:, : at + 1], after[:, : at + 1])
    assert np.isfinite(before).all()


def test_a_label_lies_ahead_and_features_of_no_run_are_none():
    seconds = MINUTE * np.arange(0, 50, 5)
    mu = np.arange(10.0)[:, None]
    found = labels(seconds, mu, 15 * MINUTE)
    assert found.mu[:-3, 0].tolist() == mu[3:, 0].tolist()
    nothing = np.zeros((0, 2))
    assert features(runs([], nothing), nothing).shape == (2, 0, len(FEATURES))
    assert labels(np.zeros(0), nothing, 300.0).bound.shape == (0, 2)


def test_the_scale_is_that_of_the_training_rows():
    values = np.array([[[1.0, 7.0], [3.0, 7.0], [100.0, 9.0]]])
    scale = scale_of(values, np.array([True, True, False]))
    assert scale.mean.tolist() == [[2.0, 7.0]]
    assert scale.sd.tolist() == [[1.0, 1.0]]
    assert standardise(values, scale)[0].tolist() == [[-1, 0], [1, 0], [98, 2]]
    assert scale_of(values, np.zeros(3, bool)).sd.tolist() == [[1.0, 1.0]]


START = datetime.fromisoformat("2026-03-01T00:00:20+00:00").timestamp()


@cache
def market(count: int, constraints: int, seed: int = 1):
    """(mu rows, runs) of a Markov market: bound stays bound with 0.85; the first never binds more
    than a few times. Returned with the table of true states."""
    rng = np.random.default_rng(seed)
    late = (rng.random(count) < 0.01) * 900
    seconds = START + np.cumsum(300 + rng.integers(0, 20, count) + late)
    state = np.zeros((count, constraints), bool)
    for t in range(1, count):
        start = np.r_[0.0, np.full(constraints - 1, 0.03)]
        state[t] = rng.random(constraints) < np.where(state[t - 1], 0.85, start)
    state[10, 0] = True
    mu = np.where(state, np.exp(rng.normal(3, 1, state.shape)), 0.0)
    return tables(seconds, mu, rng.normal(30, 5, count))


def tables(seconds, mu, price):
    at = pa.array((np.asarray(seconds) * 1e6).astype("int64")).cast(pa.timestamp("us", "UTC"))
    t, k = np.nonzero(mu)
    rows = pa.table(
        {
            "run_at": at.take(pa.array(t)),
            "constraint_key": pa.array([f"C{n:02}" for n in k], pa.string()),
            "shadow_price": mu[t, k],
            "max_shadow_price": pa.array(np.where(k == 1, 50.0, 3500.0), mask=k == 2),
        }
    )
    return rows, pa.table({"run_at": at, "system_lambda": price})


def calibrated(mu, of_runs, **options) -> dict:
    table = calibrate_table(mu, of_runs, CalibrationOptions(**options))
    assert table.schema == CALIBRATION_COLUMNS and table.num_rows == 1
    return table.to_pylist()[0]


@cache
def whole() -> dict:
    return calibrated(*market(3000, 18), horizons=(5, 60))


def pooled(row: dict, minutes: int, part: str = "SCORE") -> dict:
    return next(
        s
        for s in row["scores"]
        if s["constraint_key"] is None and (s["horizon_minutes"], s["slice"]) == (minutes, part)
    )


def test_a_known_market():
    row = whole()
    assert (row["status"], row["run_count"], row["constraint_count"]) == ("OK", 3000, 18)
    assert len(row["params"]) == len(row["current"]) == 2 * 18
    assert len(row["scores"]) == 2 * (2 + 18)
    five, hour = pooled(row, 5), pooled(row, 60)
    # stationary rate 1 / 6: 0.03 / (0.03 + 0.15). Brier of the truth at 5 minutes:
    # (0.85 x 0.15) / 6 + (0.03 x 0.97) 5 / 6 = 0.0455; of climatology 5 / 36; of persistence 0.05
    assert five["brier"] == pytest.approx(0.0455 * 17 / 18, rel=0.08)
    assert five["skill_climatology"] == pytest.approx(1 - 0.0455 * 36 / 5, abs=0.05)
    assert 0 < five["skill_persistence"] < 0.25
    # bound an hour on: 0.82^12 of the state is left, 0.09
    assert -0.02 < hour["skill_climatology"] < 0.05
    assert hour["skill_persistence"] > 0.4
    assert five["ece"] < 0.02
    for s in row["scores"]:
        assert s["reliability"] - s["resolution"] + s["uncertainty"] == pytest.approx(
            s["brier"], abs=0.01
        )


def test_parameters_forecast_what_is_in_the_row():
    """The current probability worked out again from the parameters alone."""
    row = whole()
    five = [p for p in row["params"] if p["horizon_minutes"] == 5]
    assert [p["method"] for p in five] == ["NEWTON"] * 18
    assert all(p["converged"] for p in row["params"])
    assert [w["feature"] for w in five[3]["weights"]] == list(FEATURES)
    mu, of_runs = market(3000, 18)
    seconds = of_runs["run_at"].cast(pa.int64()).to_numpy() / 1e6
    dense = np.zeros((3000, 18))
    place = np.searchsorted(seconds, mu["run_at"].cast(pa.int64()).to_numpy() / 1e6)
    dense[place, [int(key[1:]) for key in mu["constraint_key"].to_pylist()]] = mu["shadow_price"]
    minute = np.floor((seconds % 86_400) / 60) / 60
    # Chicago is six hours behind until 2026-03-08, five from then on
    behind = np.where(seconds < START - 20 + 7 * 86_400 + 8 * 3600, 6, 5)
    price = of_runs["system_lambda"].to_numpy()
    values = features(Runs(seconds, (minute - behind) % 24, price, (dense > 0).sum(axis=1)), dense)
    wanted = next(c for c in row["recalibrations"] if c["horizon_minutes"] == 5)
    for k in (0, 3, 17):
        w = five[k]["weights"]
        z = five[k]["intercept"] + sum(
            v["weight"] * (x - v["mean"]) / v["sd"] for v, x in zip(w, values[k, -1], strict=True)
        )
        p = 1 / (1 + np.exp(-z))
        if wanted["method"] == "PLATT":
            z = wanted["intercept"] + wanted["slope"] * np.log(p / (1 - p))
            p = 1 / (1 + np.exp(-z))
        if wanted["method"] == "ISOTONIC":
            p = np.interp(p, wanted["knots_p"], wanted["knots_y"])
        assert row["current"][k]["probability"] == pytest.approx(p, rel=1e-6)


def test_levels_and_caps():
    row = whole()
    five = row["params"][:18]
    assert [p["max_shadow_price"] for p in five[:4]] == [3500.0, 50.0, None, 3500.0]
    assert five[0]["level_method"] == "CLIMATOLOGY" and five[5]["level_method"] == "RIDGE"
    assert five[5]["level_sd"] == pytest.approx(1.0, abs=0.15)
    # of the level the market knows nothing, log mu is N(3, 1), uncapped but for one of 18
    found = pooled(row, 5)
    assert found["level_count"] == pytest.approx(found["count"] / 6, rel=0.15)
    assert found["level_log_rmse"] == pytest.approx(1.0, abs=0.06)
    assert found["level_log_bias"] == pytest.approx(0.0, abs=0.1)
    assert found["level_coverage_50"] == pytest.approx(0.5, abs=0.05)
    assert found["level_coverage_90"] == pytest.approx(0.9, abs=0.04)
    never = [s for s in row["scores"] if s["level_count"] == 0]
    assert never and all(s["level_log_rmse"] is s["level_coverage_90"] is None for s in never)
    for forecast in row["current"]:
        assert forecast["expected_mu"] >= 0
        assert [q["level"] for q in forecast["mu_quantiles"]] == [0.5, 0.95]
    capped = [f for f in row["current"] if f["constraint_key"] == "C01"]
    assert all(q["mu"] <= 50.0 for f in capped for q in f["mu_quantiles"])


def test_reliability_counts_every_scored_row():
    row = whole()
    for minutes in (5, 60):
        table = [b for b in row["reliability"] if b["horizon_minutes"] == minutes]
        assert sum(b["count"] for b in table) == pooled(row, minutes)["count"]
        assert [b["bin"] for b in table] == list(range(1, len(table) + 1))


def test_a_score_knows_nothing_of_later_runs_and_a_fit_nothing_of_the_scored():
    """What binds in the last fifth is turned round: fits and recalibrations stay as they were."""
    mu, of_runs = market(1200, 3)
    at = of_runs["run_at"][int(0.8 * 1200)].as_py()
    early = mu.filter(pa.array([r < at for r in mu["run_at"].to_pylist()]))
    first = calibrated(mu, of_runs, horizons=(15,))
    second = calibrated(early, of_runs, horizons=(15,))
    for name in ("params", "recalibrations"):
        assert first[name] == second[name]
    assert pooled(first, 15, "FIT") == pooled(second, 15, "FIT")
    assert pooled(first, 15)["brier"] != pooled(second, 15)["brier"]


def test_too_little_to_say_anything():
    mu, of_runs = market(1200, 3)
    few = of_runs.slice(0, 99)
    some = mu.filter(pa.array([r <= few["run_at"][-1].as_py() for r in mu["run_at"].to_pylist()]))
    row = calibrated(some, few)
    assert (row["status"], row["params"], row["scores"]) == ("TOO_FEW_RUNS", [], [])
    assert row["reason"] == "99 runs are there, 100 are needed"
    row = calibrated(mu.slice(0, 0), of_runs.slice(0, 0))
    assert (row["status"], row["run_count"], row["last_run_at"]) == ("TOO_FEW_RUNS", 0, None)
    row = calibrated(mu.slice(0, 0), of_runs)
    assert (row["status"], row["current"]) == ("NO_CONSTRAINTS", [])
    assert row["last_run_at"] == of_runs["run_at"][-1].as_py()


def test_a_constraint_that_never_bound_follows_those_that_did():
    """It binds first after the fit; a climatology would hold that for next to impossible."""
    mu, of_runs = market(3000, 18)
    late = of_runs["run_at"][2500].as_py()
    rows = mu.to_pylist()
    kept = [r["constraint_key"] != "C01" or r["run_at"] >= late for r in rows]
    row = calibrated(mu.filter(pa.array(kept)), of_runs, horizons=(5,))
    (own,) = [p for p in row["params"] if p["constraint_key"] == "C01"]
    (score,) = [s for s in row["scores"] if s["constraint_key"] == "C01"]
    assert own["positives"] == 0 and own["method"] == "NEWTON"
    assert score["skill_climatology"] > 0.5
    # what it holds for true of itself is drawn down by a thousand rows in which it never bound
    assert -0.3 < score["skill_persistence"] < 0.25


def test_a_constraint_that_first_binds_after_the_fit():
    seconds = START + 300.0 * np.arange(200)
    mu = np.zeros((200, 1))
    mu[190:] = 7.0
    row = calibrated(*tables(seconds, mu, np.full(200, 30.0)), horizons=(5,))
    (only,) = row["params"]
    assert (only["method"], only["positives"], only["level_method"]) == (
        "CLIMATOLOGY",
        0,
        "CLIMATOLOGY",
    )
    # nobody bound in the training rows: there is no level to speak of
    assert only["level_intercept"] is None and row["current"][0]["expected_mu"] is None
    assert 0 < row["current"][0]["probability"] < 0.01
    # 119 rows and 100 at the common rate, half a case in 120
    assert only["base_rate"] == pytest.approx(100 * (0.5 / 120) / 219)


def test_rows_that_make_no_sense_are_errors():
    mu, of_runs = market(1200, 3)
    with pytest.raises(ValueError, match=r"runs: .* is there twice"):
        calibrate_table(mu, pa.concat_tables([of_runs, of_runs.slice(5, 1)]))
    with pytest.raises(ValueError, match=r"mu: .* is no run"):
        calibrate_table(mu, of_runs.slice(0, 500))
    with pytest.raises(ValueError, match=r"mu: C.* is there twice"):
        calibrate_table(pa.concat_tables([mu, mu.slice(3, 1)]), of_runs)
    holes = mu.set_column(2, "shadow_price", pa.array([None] + [1.0] * (len(mu) - 1)))
    with pytest.raises(ValueError, match="shadow_price is None"):
        calibrate_table(holes, of_runs)
