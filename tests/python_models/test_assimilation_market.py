"""The market's state on a market whose state is known, and on tables with little in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import jax
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_models.assimilation import market
from python_models.assimilation.frames import (
    FORECAST_COLUMNS,
    INNOVATION_COLUMNS,
    OPERATOR_COLUMNS,
    RUN_COLUMNS,
    SCORE_COLUMNS,
    STATE_COLUMNS,
    Assimilated,
    Options,
    assimilate_tables,
)
from tests.python_models.simulated_market import CAPACITY, FIRST, KINDS, Kind, correlated, simulate

HOUR = timedelta(hours=1)
LOAD = {"LOAD": KINDS["LOAD"]}


def column(table: pa.Table, name: str, **equal: object) -> np.ndarray:
    """Values of a column where other columns have these values, null as NaN."""
    for key, value in equal.items():
        table = table.filter(pc.equal(table[key], value))
    return table[name].to_numpy(zero_copy_only=False).astype(float)


def replaced(table: pa.Table, name: str, values: object) -> pa.Table:
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.array(values, table.schema.field(name).type))


@cache
def year() -> tuple[object, Assimilated]:
    simulated = simulate(1, days=200, zones=3)
    told = Options(actual_error_mw={name: kind.error_sd for name, kind in KINDS.items()})
    return simulated, assimilate_tables(simulated.observations, simulated.forecasts, told)


def score(quantity: str, method: str, name: str, hours: float) -> float:
    """Mean over zones of a score of `year`."""
    scores = year()[1].scores
    return column(scores, name, quantity=quantity, method=method, horizon_hours=hours).mean()


@pytest.mark.slow
@pytest.mark.ci
@pytest.mark.parametrize("hours", [1.0, 3.0, 6.0])
@pytest.mark.parametrize("quantity", KINDS)
def test_better_than_the_operator_and_persistence_and_sure_as_it_should_be(quantity, hours):
    rmse = score(quantity, "assimilation", "rmse_mw", hours)
    crps = score(quantity, "assimilation", "crps_mw", hours)
    for peer in ("operator", "persistence", "anomaly_persistence"):
        assert rmse < score(quantity, peer, "rmse_mw", hours)
        assert crps < 0.95 * score(quantity, peer, "crps_mw", hours)
    assert 0.9 < score(quantity, "assimilation", "spread_over_error", hours) < 1.1
    assert 0.45 < score(quantity, "assimilation", "coverage_50", hours) < 0.55
    assert 0.85 < score(quantity, "assimilation", "coverage_90", hours) < 0.94


@pytest.mark.slow
@pytest.mark.ci
def test_as_good_as_theory_allows():
    """The best forecast of an AR(1) under a known error has a variance in closed form."""
    for quantity in ("LOAD", "OUTAGE"):
        kind = KINDS[quantity]
        process, error = kind.sd**2 * (1 - kind.phi**2), kind.error_sd**2
        # P = phi^2 P R / (P + R) + Q, a quadratic in P
        linear = error * (1 - kind.phi**2) - process
        ahead = (-linear + np.sqrt(linear**2 + 4 * process * error)) / 2
        found = score(quantity, "assimilation", "rmse_mw", 1.0)
        assert found == pytest.approx(np.sqrt(ahead + error), rel=0.04)


@pytest.mark.slow
@pytest.mark.ci
@pytest.mark.parametrize("quantity", KINDS)
def test_parameters_and_states_are_the_true_ones(quantity):
    simulated, found = year()
    kind = KINDS[quantity]
    rows = [
        p
        for p in found.run["parameters"][0].as_py()
        if p["quantity"] == quantity and p["base"] == "operator"
    ]
    assert np.mean([p["phi"] for p in rows]) == pytest.approx(kind.phi, abs=0.03)
    assert np.mean([p["sd"] for p in rows]) == pytest.approx(kind.sd, rel=0.15)
    assert not any(p["has_diverged"] for p in rows)
    truth, actual = simulated.truth_mw[quantity], simulated.actual_mw[quantity]
    mean = column(found.states, "mean_mw", quantity=quantity).reshape(truth.shape)
    error = np.sqrt(np.mean((mean - truth) ** 2))
    sd = column(found.states, "sd_mw", quantity=quantity)
    assert np.isfinite(sd).all()
    assert error <= 1.05 * np.sqrt(np.mean((actual - truth) ** 2))
    assert 0.8 < np.sqrt(np.mean(sd**2)) / error < 1.25
    standardised = column(found.innovations, "standardised", quantity=quantity)
    assert standardised.std() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("quantity", KINDS)
def test_an_exact_actual_is_the_state(quantity):
    """Actuals that are wrong by their rounding alone, of which nobody tells."""
    kind = KINDS[quantity]._replace(error_sd=0.0)
    simulated = simulate(2, days=20, zones=3, kinds={quantity: kind})
    rounded = np.round(simulated.actual_mw[quantity], 1)
    observations = replaced(simulated.observations, "actual_mw", rounded.ravel())
    found = assimilate_tables(observations, simulated.forecasts).states
    truth = simulated.truth_mw[quantity].ravel()
    error = np.sqrt(np.mean((column(found, "mean_mw") - truth) ** 2))
    assert error <= 1.05 * np.sqrt(np.mean((rounded.ravel() - truth) ** 2))
    day = simulated.forecast_mw[quantity].ravel() > 0
    stated = np.sqrt(np.mean(column(found, "sd_mw")[day] ** 2))
    assert 0.8 < stated / np.sqrt(np.mean((column(found, "mean_mw") - truth)[day] ** 2)) < 1.25


def test_a_sun_that_nobody_expected_is_seen():
    simulated = simulate(2, days=20, zones=1, kinds={"SOLAR": KINDS["SOLAR"]})
    night = np.flatnonzero(simulated.forecast_mw["SOLAR"][:, 0] == 0)[-1]
    actual = np.round(simulated.actual_mw["SOLAR"][:, 0], 1)
    actual[night] = 25.0
    found = assimilate_tables(
        replaced(simulated.observations, "actual_mw", actual), simulated.forecasts
    )
    assert column(found.states, "mean_mw")[night] == 25.0
    assert 0 < column(found.states, "sd_mw")[night] < 0.1


@pytest.mark.slow
@pytest.mark.ci
def test_sun_at_night_is_certain():
    simulated, found = year()
    night = simulated.forecast_mw["SOLAR"].ravel() == 0
    states = found.states.filter(pc.equal(found.states["quantity"], "SOLAR"))
    for name in ("mean_mw", "sd_mw", "q05", "q95", "anomaly_mw"):
        assert (column(states, name)[night] == 0).all()
    assert (column(states, "sd_mw")[~night] > 0).all()
    ahead = found.forecasts.filter(pc.equal(found.forecasts["forecast_mw"], 0.0))
    assert ahead.num_rows and all((column(ahead, n) == 0).all() for n in ("sd_mw", "q05", "q95"))
    for name in ("q05", "mean_mw", "q95"):
        levels = column(found.forecasts, name, quantity="WIND")
        assert (levels >= 0).all() and (levels <= CAPACITY).all()


@pytest.fixture(scope="module")
def small():
    return simulate(3, days=21, zones=2, kinds={"LOAD": KINDS["LOAD"], "WIND": KINDS["WIND"]})


def test_schemas_and_counts(small):
    found = assimilate_tables(small.observations, small.forecasts, Options(device="cpu"))
    schemas = STATE_COLUMNS, INNOVATION_COLUMNS, FORECAST_COLUMNS, SCORE_COLUMNS, RUN_COLUMNS
    assert tuple(t.schema for t in found) == schemas
    run = found.run.to_pylist()[0]
    # the operator of the sample issues a day at a time: the last hours have no target to score
    assert run["state_count"] == 2 * 2 * 21 * 24 == found.innovations.num_rows
    # seven days of training, then six horizons each hour
    assert run["forecast_count"] == 2 * 2 * 14 * 24 * 6
    assert run["methods"] == ["etkf", "kalman"] and run["device"].startswith("cpu: ")
    assert not run["is_in_sample"] and run["unused_forecast_count"] == 0
    in_sample = found.states.filter(found.states["is_in_sample"])
    assert pc.max(in_sample["interval_start"]).as_py() == FIRST + 7 * 24 * HOUR - HOUR
    assert pc.min(found.forecasts["issued_at"]).as_py() == FIRST + 7 * 24 * HOUR + HOUR
    counts = column(found.scores, "row_count", horizon_hours=6.0)
    assert (counts == 14 * 24 - 6).all()


def test_order_of_rows_does_not_matter(small):
    rng = np.random.default_rng(0)
    mixed = [t.take(rng.permutation(t.num_rows)) for t in (small.observations, small.forecasts)]
    assert assimilate_tables(*mixed) == assimilate_tables(small.observations, small.forecasts)


def test_nothing_is_known_before_it_was(small):
    """Actuals and forecasts of later are replaced; what was issued before stays to the last bit."""
    at = FIRST + 15 * 24 * HOUR
    later = pc.greater_equal(small.observations["interval_start"], at)
    changed = small.observations
    for name in ("actual_mw", "forecast_mw"):
        strange = pc.if_else(later, 1234.5, changed[name])
        changed = replaced(changed, name, strange.combine_chunks())
    issued_later = pc.greater(small.forecasts["issued_at"], at)
    issued = replaced(
        small.forecasts,
        "forecast_mw",
        pc.if_else(issued_later, 77.0, small.forecasts["forecast_mw"]).combine_chunks(),
    )
    before = assimilate_tables(small.observations, small.forecasts)
    after = assimilate_tables(changed, issued)
    for name, instant in (("states", "interval_start"), ("forecasts", "issued_at")):
        limit = at if name == "forecasts" else at - HOUR
        ours, theirs = (
            t.filter(pc.less_equal(t[instant], limit)).sort_by(
                [(n, "ascending") for n in ("quantity", "zone", instant, "interval_start")]
            )
            for t in (getattr(before, name), getattr(after, name))
        )
        # the forecasts of the sample are issued half a day ahead, so six hours are all known
        assert ours.num_rows > 500 and ours == theirs
    assert before.forecasts != after.forecasts


def test_a_forecast_issued_later_is_not_used():
    simulated = simulate(5, days=14, zones=1, kinds=LOAD)
    target = FIRST + 10 * 24 * HOUR
    issues = [(target - 10 * HOUR, 1000.0), (target - 3 * HOUR, 2000.0), (target + HOUR, 9000.0)]
    forecasts = pa.Table.from_pylist(
        [
            {
                "zone": "Z0",
                "quantity": "LOAD",
                "issued_at": at,
                "interval_start": target,
                "forecast_mw": mw,
            }
            for at, mw in reversed(issues)
        ],
        schema=OPERATOR_COLUMNS,
    )
    found = assimilate_tables(simulated.observations, forecasts).forecasts
    rows = found.filter(pc.equal(found["interval_start"], target)).sort_by("horizon_hours")
    assert rows["base"].to_pylist() == ["operator"] * 6
    # our issues are 0, 1, ... 5 hours before the start of the target
    assert rows["forecast_mw"].to_pylist() == [2000.0] * 4 + [1000.0] * 2
    # without any issue in time only the next hour is known, from the observations' column
    other = found.filter(pc.equal(found["interval_start"], target - HOUR)).sort_by("horizon_hours")
    assert other["base"].to_pylist() == ["operator"] + ["climatology"] * 5


def published(table: pa.Table, hours: Callable[[datetime], float]) -> pa.Table:
    """With the actual of each interval known so many hours after its end."""
    starts = table["interval_start"].to_pylist()
    return replaced(table, "published_at", [at + HOUR + hours(at) * HOUR for at in starts])


def a_day_at_once(start: datetime) -> float:
    """As ERCOT's file of a day of load, at six the next morning: 29 hours to 6 hours."""
    return 29 - start.hour


def test_actuals_that_come_late_are_not_used_before():
    simulated = simulate(6, days=14, zones=1, kinds=LOAD)
    late = published(simulated.observations, lambda _: 2)
    found = assimilate_tables(late, simulated.forecasts)
    first = found.forecasts.sort_by("issued_at").slice(0, 1).to_pylist()[0]
    # the first interval after the training ends an hour later, its actual comes 2 h after
    assert first["issued_at"] == FIRST + 7 * 24 * HOUR + 3 * HOUR
    assert first["interval_start"] == first["issued_at"] + (first["horizon_hours"] - 1) * HOUR
    prompt = assimilate_tables(simulated.observations, simulated.forecasts)
    sd = [column(r.forecasts, "sd_mw", horizon_hours=h) for r, h in ((found, 1.0), (prompt, 3.0))]
    assert sd[0] == pytest.approx(sd[1][: len(sd[0])], rel=1e-6)


def test_load_that_comes_a_day_at_once():
    simulated = simulate(6, days=14, zones=1, kinds=LOAD)
    daily = published(simulated.observations, a_day_at_once)
    found = assimilate_tables(daily, simulated.forecasts)
    rows = found.forecasts.to_pylist()
    # the first day after the training comes at six of the second one, then each hour is an issue
    issues = sorted({r["issued_at"] for r in rows})
    first = FIRST + (8 * 24 + 6) * HOUR
    assert issues == [first + n * HOUR for n in range(6 * 24 + 1)]
    for row in rows:
        end = row["interval_start"] + HOUR
        assert end - row["issued_at"] == row["horizon_hours"] * HOUR
    # persistence knows the same actuals: the last hour of the newest day that has come
    actual = simulated.actual_mw["LOAD"][:, 0]
    for hours in (1, 6):
        target = np.arange(8 * 24 + 6, 14 * 24 - hours + 1) + hours - 1
        known = (target - hours + 1 - 6) // 24 * 24 - 1
        of_last = {
            name: column(found.scores, name, method="persistence", horizon_hours=float(hours))[0]
            for name in ("rmse_mw", "row_count")
        }
        assert of_last["row_count"] == len(target)
        error = actual[target] - actual[known]
        assert of_last["rmse_mw"] == pytest.approx(np.sqrt(np.mean(error**2)))
    # nothing that comes after an issue touches its forecasts, whenever its interval was
    for at in (FIRST + (10 * 24 + 5) * HOUR, FIRST + (10 * 24 + 6) * HOUR):
        strange = pc.if_else(pc.greater(daily["published_at"], at), 1234.5, daily["actual_mw"])
        changed = replaced(daily, "actual_mw", strange.combine_chunks())
        other = assimilate_tables(changed, simulated.forecasts).forecasts
        before = pc.less_equal(found.forecasts["issued_at"], at)
        assert found.forecasts.filter(before) == other.filter(before)
        assert found.forecasts != other


def test_an_old_state_is_as_good_as_its_equation():
    """A day at once, of an AR(1): k intervals after the newest actual the error is that of k."""
    kind = Kind(0.97, 300.0, 0.0)
    simulated = simulate(11, days=200, zones=3, kinds={"LOAD": kind})
    found = assimilate_tables(
        published(simulated.observations, a_day_at_once), simulated.forecasts
    ).forecasts
    found = found.filter(pc.equal(found["horizon_hours"], 1.0))
    truth = dict(
        zip(
            zip(
                simulated.observations["zone"].to_pylist(),
                simulated.observations["interval_start"].to_pylist(),
                strict=True,
            ),
            simulated.actual_mw["LOAD"].ravel(),
            strict=True,
        )
    )
    errors, stated = {}, {}
    for row in found.to_pylist():
        steps = (row["issued_at"].hour - 6) % 24 + 7  # midnight to six, and the hour ahead
        if (row["zone"], row["interval_start"]) in truth:
            error = row["mean_mw"] - truth[row["zone"], row["interval_start"]]
            errors.setdefault(steps, []).append(error)
            stated.setdefault(steps, []).append(row["sd_mw"])
    assert set(errors) == set(range(7, 31))
    for steps, of_age in errors.items():
        expected = kind.sd * np.sqrt(1 - kind.phi ** (2 * steps))
        assert np.sqrt(np.mean(np.square(of_age))) == pytest.approx(expected, rel=0.15)
        assert np.mean(stated[steps]) == pytest.approx(expected, rel=0.15)


def test_nothing_is_issued_after_what_has_landed():
    """Load comes in the morning for the day before, the operator's postings stop in the night."""
    simulated = simulate(6, days=14, zones=1, kinds=LOAD)
    last = FIRST + 13 * 24 * HOUR
    daily = published(simulated.observations, lambda at: 28.8 - at.hour)
    daily = daily.filter(pc.less(daily["interval_start"], last))
    starts = simulated.observations["interval_start"].to_pylist()
    # one posting, nine days old where it is used last
    posting = last - 9 * 24 * HOUR
    values = simulated.forecast_mw["LOAD"][:, 0]
    forecasts = pa.Table.from_pylist(
        [
            {
                "zone": "Z0",
                "quantity": "LOAD",
                "issued_at": posting,
                "interval_start": at,
                "forecast_mw": mw,
            }
            for at, mw in zip(starts, values, strict=True)
            if at > posting
        ],
        schema=OPERATOR_COLUMNS,
    )
    found = assimilate_tables(daily, forecasts)
    assert pc.max(found.forecasts["issued_at"]).as_py() == last + 5 * HOUR  # 05:48 is the newest
    assert set(found.forecasts["base"].to_pylist()) == {"operator"}
    # hours whose actual has not come have a state, as far as they have begun
    assert pc.max(found.states["interval_start"]).as_py() == last - HOUR + 6 * HOUR
    of = {(r["issued_at"], r["interval_start"]): r for r in found.forecasts.to_pylist()}
    assert of[last + 5 * HOUR, last + 10 * HOUR]["forecast_mw"] == values[13 * 24 + 10]


def test_a_file_that_comes_months_late_does_not_stretch_the_run(small):
    """No forecast is issued for the time between, and training stays a part of the data."""
    starts = small.observations["interval_start"].to_pylist()
    middle, last = FIRST + 10 * 24 * HOUR, max(starts)
    late = published(small.observations, lambda at: 9000 if at == middle else 1)
    found = assimilate_tables(late, small.forecasts)
    newest = max(*small.forecasts["issued_at"].to_pylist(), last + HOUR)
    assert pc.max(found.forecasts["issued_at"]).as_py() <= newest + 24 * HOUR
    assert pc.max(found.states["interval_start"]).as_py() <= newest + 24 * HOUR
    assert pc.min(found.forecasts["issued_at"]).as_py() < last - 5 * 24 * HOUR


def test_an_actual_that_comes_days_late_is_not_waited_for(small):
    gap = FIRST + 15 * 24 * HOUR
    late = published(small.observations, lambda at: 100 if at == gap else 1)
    found = assimilate_tables(late, small.forecasts)
    none = pc.if_else(
        pc.equal(late["interval_start"], gap), pa.scalar(None, pa.float64()), late["actual_mw"]
    )
    absent = assimilate_tables(replaced(late, "actual_mw", none.combine_chunks()), small.forecasts)
    assert found.forecasts == absent.forecasts
    # but it is what forecasts of that hour are held against
    counts = [column(r.scores, "row_count").sum() for r in (found, absent)]
    assert counts[0] > counts[1]


@pytest.mark.parametrize("what", ["climatology", "nothing lasts", "operator"])
def test_filters_that_diverge_are_told_where_forecasts_rest_on_them(what):
    simulated = simulate(12, days=14, zones=1, kinds={"LOAD": Kind(0.9, 30.0, 3.0)})
    actual, forecast = (v["LOAD"][:, 0].copy() for v in simulated[1:3])
    if what == "climatology":
        # a level that both know of, and one hour a week ago that nobody forecast
        actual[7 * 24 :] += 5000
        forecast[7 * 24 :] += 5000
        forecast[24] = np.nan
    elif what == "nothing lasts":
        actual[: 7 * 24] = forecast[: 7 * 24]
        actual[7 * 24 :] += 5000
    else:
        actual[7 * 24 :] += np.where(np.arange(7 * 24) % 2, 3000, -3000)
    forecast = np.where(np.isnan(forecast), None, forecast)
    observations = replaced(simulated.observations, "actual_mw", actual)
    observations = replaced(observations, "forecast_mw", forecast)
    # all hours that are forecast have one of the operator
    has_next = pc.less(observations["interval_start"], FIRST + 13 * 24 * HOUR)
    issued = replaced(simulated.forecasts, "forecast_mw", forecast)
    found = assimilate_tables(observations.filter(has_next), issued)
    assert set(found.forecasts["base"].to_pylist()) == {"operator"}
    assert found.run["has_diverged"][0].as_py() == (what == "operator")


def test_missing_actuals_let_the_state_drift_back_and_grow_unsure(small):
    at = pc.greater_equal(small.observations["interval_start"], FIRST + 15 * 24 * HOUR)
    actual = pc.if_else(at, pa.scalar(None, pa.float64()), small.observations["actual_mw"])
    observations = replaced(small.observations, "actual_mw", actual.combine_chunks())
    found = assimilate_tables(observations, small.forecasts)
    for quantity in ("LOAD", "WIND"):
        parameters = {
            (p["zone"], p["base"]): p
            for p in found.run["parameters"][0].as_py()
            if p["quantity"] == quantity
        }
        here = parameters["Z0", "operator"]
        states = found.states.filter(pc.equal(found.states["quantity"], quantity))
        sd = column(states, "sd_mw", zone="Z0")
        anomaly = column(states, "anomaly_mw", zone="Z0")
        assert sd[-1] > 3 * sd[14 * 24]
        if quantity == "LOAD":
            assert sd[-1] == pytest.approx(here["sd"], rel=0.01)
            assert anomaly[-1] == pytest.approx(here["bias"], abs=1e-3)
    last = pc.max(found.innovations["interval_start"]).as_py()
    assert last == FIRST + 15 * 24 * HOUR - HOUR
    # the operator's last posting is at noon, twelve hours before its day
    assert pc.max(found.forecasts["issued_at"]).as_py() == FIRST + (19 * 24 + 12) * HOUR
    ahead = column(found.forecasts, "sd_mw")
    assert np.isfinite(ahead).all()


def test_rows_that_are_not_there_are_like_missing_actuals(small):
    gap = pc.equal(small.observations["interval_start"], FIRST + 9 * 24 * HOUR)
    none = pc.if_else(gap, pa.scalar(None, pa.float64()), small.observations["actual_mw"])
    as_null = assimilate_tables(
        replaced(small.observations, "actual_mw", none.combine_chunks()), small.forecasts
    )
    absent = assimilate_tables(small.observations.filter(pc.invert(gap)), small.forecasts)
    np.testing.assert_allclose(
        column(absent.forecasts, "mean_mw"), column(as_null.forecasts, "mean_mw"), rtol=1e-9
    )


@pytest.mark.parametrize("quantity", ["LOAD", "WIND"])
def test_no_actual_ever(small, quantity):
    rows = small.observations.filter(pc.equal(small.observations["quantity"], quantity))
    observations = replaced(rows, "actual_mw", pa.nulls(rows.num_rows, pa.float64()))
    found = assimilate_tables(observations, small.forecasts)
    # what the operator says is all there is, and how wrong it may be nobody knows
    assert column(found.states, "mean_mw") == pytest.approx(column(found.states, "forecast_mw"))
    assert found.states["sd_mw"].null_count == found.states.num_rows
    assert found.forecasts["q95"].null_count == found.forecasts.num_rows > 0
    assert found.innovations.num_rows == 0 and (column(found.scores, "row_count") == 0).all()
    assert found.scores["rmse_mw"].null_count == found.scores.num_rows
    assert not found.run["has_diverged"][0].as_py()


@pytest.mark.parametrize("quantity", ["LOAD", "WIND"])
def test_nothing_at_all(small, quantity):
    rows = small.observations.filter(pc.equal(small.observations["quantity"], quantity))
    for name in ("actual_mw", "forecast_mw", "capacity_mw"):
        rows = replaced(rows, name, pa.nulls(rows.num_rows, pa.float64()))
    found = assimilate_tables(rows, OPERATOR_COLUMNS.empty_table())
    assert found.states["mean_mw"].null_count == found.states.num_rows == rows.num_rows
    assert found.forecasts.num_rows == 0 and found.innovations.num_rows == 0


def test_no_rows():
    empty = OPERATOR_COLUMNS.empty_table()
    observations = simulate(1, days=1, zones=1).observations.slice(0, 0)
    found = assimilate_tables(observations, empty)
    assert [t.num_rows for t in found] == [0, 0, 0, 0, 1]


def test_missing_forecasts_fall_back_to_the_mean_of_the_hour():
    simulated = simulate(7, days=28, zones=1, kinds=LOAD)
    rows = simulated.observations
    without = replaced(rows, "forecast_mw", pa.nulls(rows.num_rows, pa.float64()))
    found = assimilate_tables(without, OPERATOR_COLUMNS.empty_table())
    training = round(0.3 * 28 * 24)
    actual = simulated.actual_mw["LOAD"][:, 0]
    mean = [actual[:training][hour::24].mean() for hour in range(24)]
    states = found.states
    expected = column(states, "mean_mw") - column(states, "anomaly_mw")
    assert expected == pytest.approx(np.tile(mean, 28))
    # what the operator did not forecast is not said to be its forecast
    assert states["forecast_mw"].null_count == states.num_rows
    assert found.forecasts["forecast_mw"].null_count == found.forecasts.num_rows > 0
    assert set(found.states["base"].to_pylist()) == {"climatology"}
    assert set(found.forecasts["base"].to_pylist()) == {"climatology"}
    assert (column(found.scores, "row_count", method="operator") == 0).all()
    ours, last = (
        column(found.scores, "rmse_mw", method=m, horizon_hours=6.0)
        for m in ("assimilation", "persistence")
    )
    assert ours < 0.5 * last


def test_a_zone_that_never_moves_is_certain():
    simulated = simulate(8, days=14, zones=1, kinds={"LOAD": Kind(0.5, 0.0, 0.0)})
    found = assimilate_tables(simulated.observations, simulated.forecasts)
    assert column(found.states, "sd_mw") == pytest.approx(0)
    assert column(found.states, "anomaly_mw") == pytest.approx(0)
    # wrong by the rounding to 0.1 MW at most
    assert column(found.forecasts, "sd_mw").max() <= 0.1 / np.sqrt(12)
    constant = replaced(
        simulated.observations,
        "actual_mw",
        np.zeros(simulated.observations.num_rows),
    )
    solar = replaced(constant, "forecast_mw", np.zeros(constant.num_rows))
    solar = replaced(solar, "quantity", ["SOLAR"] * constant.num_rows)
    dark = assimilate_tables(solar, OPERATOR_COLUMNS.empty_table())
    assert (column(dark.states, "mean_mw") == 0).all()


def test_zones_of_one_day_are_in_sample():
    simulated = simulate(9, days=3, zones=1, kinds=LOAD)
    found = assimilate_tables(simulated.observations, simulated.forecasts)
    assert found.run["is_in_sample"][0].as_py()
    assert column(found.states, "is_in_sample").all() and found.forecasts.num_rows == 3 * 24 * 6


def test_five_minutes():
    simulated = simulate(10, days=3, zones=2, kinds={"WIND": KINDS["WIND"]})
    since = pc.subtract(simulated.observations["interval_start"], pa.scalar(FIRST))
    seconds = np.array(pc.cast(since, pa.int64())) // 12
    start = pa.scalar(FIRST, pa.timestamp("us", "UTC")).cast(pa.int64()).as_py() + seconds
    quick = replaced(
        simulated.observations,
        "interval_start",
        pa.array(start).cast(pa.timestamp("us", "UTC")),
    )
    quick = replaced(quick, "interval_hours", np.full(quick.num_rows, 1 / 12))
    options = Options(horizons_hours=(0.5, 1.0), least_training_days=0.05)
    found = assimilate_tables(quick, OPERATOR_COLUMNS.empty_table(), options)
    states = found.states.sort_by([("zone", "ascending"), ("interval_start", "ascending")])
    step = states["interval_start"][1].as_py() - states["interval_start"][0].as_py()
    assert step == timedelta(minutes=5)
    issued = found.forecasts["issued_at"].to_pylist()
    assert issued and all(at.minute == 0 for at in issued)
    rows = found.forecasts.to_pylist()
    ends = [r["interval_start"] + timedelta(minutes=5) - r["issued_at"] for r in rows]
    assert ends == [timedelta(hours=r["horizon_hours"]) for r in rows]


def test_an_operator_that_knows_all_leaves_nothing_to_the_state():
    """Forecasts that are right but for what happens later: errors are sums of independent shocks,
    so the state is worth nothing and k intervals ahead the variance is k times that of one."""
    count, steps = 6000, (1, 2, 3, 4, 5, 6)
    shocks = np.random.default_rng(1).normal(size=(count + 6, 1)) * 50
    actual = 1000 + np.cumsum(shocks[:count], axis=0)
    now = actual - shocks[:count]  # known one interval before
    ahead = np.repeat(actual[:, None], 6, axis=1)  # what is known now, of any later interval
    found = market.estimate(
        jax.random.key(0),
        market.Series(now, actual, None),
        ahead,
        np.arange(count) < count,
        steps,
        10,
    )
    assert np.asarray(found.horizons.is_regression).all()
    assert np.abs(found.horizons.damping).max() < 0.1
    sd = np.sqrt(found.horizons.variance[:, 0] + found.parameters.error_sd_mw[0] ** 2)
    assert sd == pytest.approx(50 * np.sqrt(steps), rel=0.05)


def parameters_of(phi: float, sd: float, error_sd: float, zones: int) -> market.Parameters:
    apart = np.abs(np.arange(zones)[:, None] - np.arange(zones))
    return market.Parameters(
        bias=np.zeros(zones),
        phi=np.full(zones, phi),
        sd=np.full(zones, sd),
        error_variance=np.full(zones, error_sd**2),
        error_sd_mw=np.full(zones, error_sd),
        actual_sd_mw=np.full(zones, min(error_sd, 0.01)),
        correlation=0.6**apart,
        count=np.full(zones, 1000),
        is_fit=np.full(zones, True),
    )


def test_the_ensemble_is_the_exact_filter_of_log_odds():
    """Written out again with plain matrices: actuals as log odds, their error by the slope."""
    rng = np.random.default_rng(0)
    parameters = parameters_of(0.9, 0.5, 30.0, 2)
    base = rng.uniform(200, 2800, (150, 2))
    anomaly = correlated(rng, 2, 150, Kind(0.9, 0.5, 0.0))
    odds = base / (CAPACITY - base) * np.exp(anomaly)
    actual = CAPACITY * odds / (1 + odds)
    actual[rng.random(actual.shape) < 0.1] = np.nan
    series = market.Series(base, actual, np.full(base.shape, CAPACITY))
    found = market.filter_bounded(jax.random.key(0), parameters, series, 2000)
    covariance = 0.25 * parameters.correlation
    process, mean = (1 - 0.81) * covariance, np.zeros(2)
    means, variances = [], []
    for b, a in zip(base, actual, strict=True):
        rows = np.flatnonzero(~np.isnan(a))
        observe = np.eye(2)[rows]
        seen = np.log(a / (CAPACITY - a)) - np.log(b / (CAPACITY - b))
        error = np.diag((30.0 / (b * (1 - b / CAPACITY)))[rows] ** 2)
        spread = observe @ covariance @ observe.T + error
        gain = covariance @ observe.T @ np.linalg.inv(spread)
        mean = mean + gain @ (seen[rows] - mean[rows])
        covariance = covariance - gain @ observe @ covariance
        means.append(mean)
        variances.append(np.diagonal(covariance))
        mean, covariance = 0.9 * mean, 0.81 * covariance + process
    off = np.asarray(found.mean) - np.array(means)
    assert np.sqrt(np.mean(off**2)) < 0.1 * np.sqrt(np.mean(variances))
    assert np.asarray(found.variance) == pytest.approx(np.array(variances), rel=0.2)


@pytest.mark.parametrize("is_bounded", [False, True])
def test_an_outlier_moves_what_lasts_as_four_deviations_would(is_bounded):
    """One actual far away: it is the state of its hour, and not that of the next ones."""
    sd = 0.3 if is_bounded else 100.0
    capacity = np.full((40, 1), CAPACITY) if is_bounded else None
    base = np.full((40, 1), CAPACITY / 2)
    actual = base.copy()
    actual[20] = 2998.0 if is_bounded else 9000.0
    parameters = parameters_of(0.9, sd, 5.0, 1)
    series = market.Series(base, actual, capacity)
    if is_bounded:
        found = market.filter_bounded(jax.random.key(0), parameters, series, 1000)
    else:
        found = market.filter_linear(parameters, series)
    error = 5.0 / (CAPACITY / 4) if is_bounded else 5.0
    ahead = sd**2 * (1 - 0.81) + 0.81 * float(found.variance[19, 0])
    expected = 0.9 * float(found.mean[19, 0]) + 4 * ahead / np.sqrt(ahead + error**2)
    assert float(found.mean[20, 0]) == pytest.approx(expected, rel=0.15 if is_bounded else 1e-9)
    state = market.state_of(parameters, found, series)
    assert float(state.mean_mw[20, 0]) == pytest.approx(actual[20, 0], rel=1e-4)
    assert abs(float(state.mean_mw[21, 0]) - CAPACITY / 2) < 1.0


def test_nothing_is_below_zero():
    level = market.level_of(*(np.array(v) for v in (-90.0, 50.0, 100.0)), None, np.array(0.0))
    assert np.asarray(level.quantiles_mw).tolist()[:2] == [0.0, 0.0]
    assert float(level.mean_mw) == 10
    low = market.level_of(*(np.array(v) for v in (-190.0, 50.0, 100.0)), None, np.array(0.0))
    assert float(low.mean_mw) == 0


def test_widths_follow_the_errors_that_were_made():
    """Stated 1 MW, errors of 3 MW from the 11th target on, known two intervals after the issue."""
    count, step = 60, 2
    wrong = np.where(np.arange(count) >= 10, 3.0, 1.0)[:, None]
    zero = np.zeros((count, 1, 1))
    truth = np.concatenate([wrong[step:], np.full((step, 1), np.nan)])[:, None]
    ahead = market.Series(zero + 100, 100 + truth, None)
    found = np.asarray(
        market.inflation(zero, zero + 0.6, ahead, np.array([0.8]), np.arange(count), (step,))
    )[:, 0, 0]
    # the errors of the first ten targets were as stated, none is known before the third interval
    assert found[:10] == pytest.approx(1.0)
    kept = np.exp(-(60 - 1 - np.arange(step, 60)) / market.MEMORY)
    ratio = (kept * wrong[step:, 0] ** 2).sum() / kept.sum()
    prior = market.PRIOR_ERRORS
    assert found[-1] == pytest.approx((prior + kept.sum() * ratio) / (prior + kept.sum()))


def test_decimals_tell_the_rounding():
    sd = [market.rounding_sd(np.array(v)) for v in ([1.0, 20.0], [1.0, np.nan, 2.5], [0.25])]
    assert sd == pytest.approx([1 / np.sqrt(12), 0.1 / np.sqrt(12), 0.01 / np.sqrt(12)])
    assert market.rounding_sd(np.array([np.pi])) == market.LEAST_ERROR_MW
    assert market.rounding_sd(np.array([np.nan])) == 1 / np.sqrt(12)


@given(st.floats(-6, 6), st.floats(0.01, 0.99), st.floats(1, 1e5))
@settings(deadline=None)
def test_levels_and_anomalies_are_inverse_and_inside(anomaly, share, capacity):
    level = float(market.to_mw(np.array(anomaly), np.array(share * capacity), np.array(capacity)))
    odds = share / (1 - share) * np.exp(anomaly)
    assert level == pytest.approx(capacity * odds / (1 + odds))
    assert 0 <= level <= capacity
    if 0.001 < level / capacity < 0.999:
        back = market.to_anomaly(np.array(level), np.array(share * capacity), np.array(capacity))
        assert float(back) == pytest.approx(anomaly, abs=1e-6)


@pytest.mark.parametrize("base", [0.0, 500.0, 1000.0])
def test_level_like_many_draws(base):
    arguments = (np.array(v) for v in (0.3, 0.5, base, 1000.0))
    found = market.level_of(*arguments, np.array(0.0))
    draws = np.random.default_rng(0).normal(0.3, 0.5, 400_000)
    levels = np.asarray(market.to_mw(draws, np.array(base), np.array(1000.0)))
    assert float(found.mean_mw) == pytest.approx(levels.mean(), abs=0.7)
    assert float(found.sd_mw) == pytest.approx(levels.std(), abs=0.7)
    expected = np.quantile(levels, market.LEVELS)
    assert np.asarray(found.quantiles_mw) == pytest.approx(expected, abs=2)


def test_level_with_an_error_adds_variances():
    found = market.level_of(*(np.array(v) for v in (10.0, 3.0, 100.0)), None, np.array(4.0))
    assert float(found.mean_mw) == 110 and float(found.sd_mw) == pytest.approx(5)
    assert np.asarray(found.quantiles_mw)[3] == pytest.approx(110 + 1.6449 * 5, abs=1e-3)


def test_no_capacity_given_is_the_most_of_the_training(small):
    rows = small.observations.filter(pc.equal(small.observations["quantity"], "WIND"))
    none = replaced(rows, "capacity_mw", pa.nulls(rows.num_rows, pa.float64()))
    found = assimilate_tables(none, small.forecasts)
    most = np.maximum(small.actual_mw["WIND"], small.forecast_mw["WIND"])[: 7 * 24].max(axis=0)
    for n, zone in enumerate(("Z0", "Z1")):
        known = found.states.filter(found.states["is_in_sample"])
        assert most[n] < column(known, "q95", zone=zone).max() <= 1.1 * most[n] + 1e-6


def test_devices(small):
    with pytest.raises(ValueError, match="no device 'abacus' here, only cpu"):
        assimilate_tables(small.observations, small.forecasts, Options(device="abacus"))


def test_tables_that_make_no_sense(small):
    rows, issued = small.observations, small.forecasts
    twice = pa.concat_tables([rows, rows.slice(5, 1)])
    with pytest.raises(ValueError, match="LOAD of zone Z1 has several rows at 2026-01-01 02:00"):
        assimilate_tables(twice, issued)
    with pytest.raises(ValueError, match="observations has no column capacity_mw"):
        assimilate_tables(rows.drop_columns(["capacity_mw"]), issued)
    endless = replaced(rows, "actual_mw", [float("inf")] + [1.0] * (rows.num_rows - 1))
    with pytest.raises(ValueError, match="observations row 1, column actual_mw: inf"):
        assimilate_tables(endless, issued)
    nowhere = replaced(rows, "zone", [None] + ["A"] * (rows.num_rows - 1))
    with pytest.raises(ValueError, match="observations row 1, column zone: None"):
        assimilate_tables(nowhere, issued)
    hours = replaced(rows, "interval_hours", [0.25] + [1.0] * (rows.num_rows - 1))
    with pytest.raises(ValueError, match=r"LOAD has interval_hours \[0.25, 1.0\]"):
        assimilate_tables(hours, issued)
    starts = rows["interval_start"].to_pylist()
    odd = replaced(rows, "interval_start", [*starts[:-1], starts[-1] + timedelta(minutes=5)])
    with pytest.raises(ValueError, match="WIND: an interval starts at 2026-01-21 23:05"):
        assimilate_tables(odd, issued)
    with pytest.raises(ValueError, match=r"LOAD: horizon 1\.5 h"):
        assimilate_tables(rows, issued, Options(horizons_hours=(1.5,)))
    for wrong in (
        {"members": 3},
        {"horizons_hours": ()},
        {"issue_hours": 0},
        {"training_share": 1},
        {"actual_error_mw": {"LOAD": 0.0}},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Options(**wrong)
