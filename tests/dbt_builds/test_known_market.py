"""A week of the network market, all the way: files, mirror, landing, marts, fits, and the truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from synthetic import mirror
from synthetic.synth import synth

pytestmark = [pytest.mark.slow, pytest.mark.ci]

COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]
POINTS = 100
SEED = 13  # of one to thirteen the week whose last day holds fewest constraints that are new in it


class Week:
    """Commands over the data folder of the week, and queries of its warehouse."""

    def __init__(self, data: Path, files: Path, url: str):
        self.data, self.truth = data, files / "truth"
        self.environment = os.environ | mirror.base_urls(url)
        self.environment |= {"GRIDHOUSE_DATA": str(data), "GRIDHOUSE_TRUTH": str(self.truth)}

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [*COMMAND, *arguments], env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout if not code else done.stderr

    def rows(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.data / "gridhouse.duckdb"), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory):
    files = tmp_path_factory.mktemp("files")
    synth(files, "ci", SEED, points=POINTS)
    with mirror.start(files) as server:
        found = Week(tmp_path_factory.mktemp("data"), files, server.url)
        found.run("extract", "ercot")
        found.run("build")
        yield found


def test_promoted_factors_are_the_true_ones(week):
    ((status, is_promotable, is_live, unexplained, baseline, rmse),) = week.rows(
        "select status, is_promotable, is_live, unexplained_interval_count, baseline_rmse, "
        "holdout_rmse from ref.estimated_ptdf_metadata_staged"
    )
    assert (status, is_promotable, is_live, unexplained) == ("FITTED", True, True, 0)
    assert rmse <= 0.95 * baseline
    truth = week.rows(
        "select least_bound_interval_count, r_squared, r_squared_debiased, right_sign_share, "
        "covered_share, factor_count, stated_interval_count "
        "from marts.rpt_ptdf_truth where is_live order by 1"
    )
    assert [row[0] for row in truth] == [1, 20, 100]
    for _, r_squared, debiased, right_sign, covered, factors, stated in truth[1:]:
        assert r_squared >= 0.95 and debiased >= 0.999
        assert right_sign >= 0.99
        assert 0.85 <= covered <= 1.0
        assert factors >= 10 * POINTS and stated >= 0.9 * factors


def test_a_price_is_explained_by_hand(week):
    """Energy price less the sum of shadow price times true factor is the price, to the cent."""
    worst, count = week.rows(
        f"""
        with factors as (
            -- the same in each span of days that has its own ratings
            select constraint_name, contingency_name, location, avg(shift_factor) as shift_factor
            from read_parquet('{week.truth}/ptdf_rows/*.parquet')
            group by all
        ),

        explained as (
            select mu.run_at, factors.location,
                sum(mu.shadow_price * factors.shift_factor) as congestion
            from features.sced_mu as mu
            inner join factors using (constraint_name, contingency_name)
            where mu.is_binding
            group by all
        )

        select max(abs(targets.congestion_price + explained.congestion)), count(*)
        from features.lmp_target as targets
        inner join explained using (run_at, location)
        """
    )[0]
    assert count > 10_000
    assert worst < 0.02


def test_a_scenario_is_kept_and_adds_up(week):
    ((constraint, contingency),) = week.rows(
        "select constraint_name, contingency_name from features.sced_mu "
        "where is_binding order by run_at desc, shadow_price desc limit 1"
    )
    ((at, mu, energy),) = week.rows(
        "select run_at, shadow_price, energy_price from features.sced_mu "
        "inner join features.sced_runs using (run_at) "
        f"where constraint_name = '{constraint}' and contingency_name = '{contingency}' "
        "and is_binding order by run_at desc limit 1"
    )
    options = ["--nodes", "HB_WEST,HB_HOUSTON", "--topk", "3", "--at", at.isoformat(), "--json"]
    before = json.loads(week.run("scenario", *options))
    shock = f"{constraint}|{contingency}=+10"
    after = json.loads(week.run("scenario", *options, "--shock", shock))
    assert datetime.fromisoformat(before["run_at"]) == at
    assert before["system_lambda"] == energy
    factors = dict(
        week.rows(
            "select location, beta from ref.estimated_ptdf "
            f"where constraint_name = '{constraint}' and contingency_name = '{contingency}'"
        )
    )
    for one, other in zip(before["nodes"], after["nodes"], strict=True):
        moved = other["price"] - one["price"]
        assert moved == pytest.approx(-10 * factors[one["location"]], abs=1e-9)
    shown = {c["constraint_name"]: c for c in after["constraints"]}
    assert shown[constraint]["published_shadow_price"] == mu
    assert shown[constraint]["shadow_price"] == pytest.approx(mu + 10)
    kept = week.rows(
        "select request_id, count(*), sum(chance_above) from marts.scenario_nodes group by all"
    )
    assert {before["request"]["request_id"], after["request"]["request_id"]} <= {k[0] for k in kept}
    for quote in after["quotes"]:
        assert 0 <= quote["bid"] <= quote["ask"] <= 1


def test_questions_that_make_no_sense_are_refused_and_stop_nothing(week):
    assert "HB_WEXT" in week.run("scenario", "--nodes", "HB_WEXT", code=2)
    said = week.run("scenario", "--nodes", "HB_WEST", "--shock", "NOTHING=+1", code=2)
    assert "NOTHING is in neither" in said
    ((status, reason),) = week.rows(
        "select status, reason from marts.scenario_runs where shocks is null or len(shocks) = 0 "
        "and status = 'REJECTED' order by requested_at desc limit 1"
    )
    assert status == "REJECTED" and "NOTHING" in reason
    for option, why in (
        ("--threshold=nan", "give a number"),
        ("--threshold=-inf", "give a number"),
        ("--liquidity=inf", "less than or equal"),
    ):
        assert why in week.run("scenario", "--nodes", "HB_WEST", option, code=2)
    said = week.run("scenario", "--nodes", "HB_WEST", "--at", "1999-01-01T00:00:00Z", code=2)
    assert "no run whose energy price, prices and shadow prices have landed by 1999" in said
    assert json.loads(week.run("scenario", "--nodes", "HB_WEST", "--json"))["status"] == "OK"


def test_the_state_is_the_truth_and_says_how_sure_it_is(week):
    result = json.loads(week.run("assimilate", "--device", "cpu", "--json"))
    assert result["device"].startswith("cpu")
    assert not result["is_in_sample"]
    truth = {
        (quantity, horizon): row
        for quantity, horizon, *row in week.rows(
            "select quantity, horizon_hours, rmse_mw, true_rms_mw, operator_rmse_mw, "
            "spread_over_error, covered_share from marts.rpt_assimilation_truth where is_live"
        )
    }
    truth_counts = {
        (quantity, horizon): count
        for quantity, horizon, count in week.rows(
            "select quantity, horizon_hours, value_count from marts.rpt_assimilation_truth "
            "where is_live"
        )
    }
    quantities = ("LOAD", "WIND", "SOLAR", "OUTAGE")
    assert set(truth) == {(q, float(h)) for q in quantities for h in range(7)}
    for quantity in quantities:
        # the actual of the hour is known but for its rounding
        rmse, size, _, spread, covered = truth[quantity, 0.0]
        assert rmse < 0.001 * size and 0.8 <= spread <= 1.25 and covered >= 0.85
        for horizon in range(1, 7):
            # nothing of the operator's errors lasts from issue to issue here: little can be gained
            rmse, _, operator, spread, covered = truth[quantity, float(horizon)]
            assert rmse <= 1.1 * operator
            assert 0.4 <= spread <= 2.5 and covered >= 0.6
    ((found, counted, by_hand),) = week.rows(
        f"""
        with hours as (
            select quantity, published_location as zone,
                time_bucket(interval 1 hour, interval_start) as interval_start,
                round(sum(power_mw) / 12, 6) as power_mw
            from read_parquet('{week.truth}/zone_states/*.parquet')
            group by all
        )

        select
            (select covered_share from marts.rpt_assimilation_truth
            where is_live and quantity = 'SOLAR' and horizon_hours = 3),
            count(*) filter (ours.q95_mw > ours.q05_mw or power_mw <> ours.q05_mw) as counted,
            count(*) filter (
                ours.q95_mw > ours.q05_mw and power_mw between ours.q05_mw and ours.q95_mw
            ) / counted
        from marts.assimilation_forecasts as ours
        inner join hours using (quantity, zone, interval_start)
        where ours.is_live and quantity = 'SOLAR' and horizon_hours = 3
        """
    )
    nights = truth_counts["SOLAR", 3.0] - counted
    assert nights > 100 and found == pytest.approx(by_hand)
    # the last forecasts are made by the last full hour before the newest file
    ((latest, newest),) = week.rows(
        "select (select max(issued_at) from marts.assimilation_forecasts), "
        "(select max(first_published_at) from features.zone_actuals)"
    )
    assert newest - timedelta(hours=1) < latest <= newest
    assert week.rows(
        "select count(*) from marts.assimilation_forecasts "
        "where base = 'climatology' and forecast_mw is not null or quantity = 'LOAD' "
        "and base = 'climatology'"
    ) == [(0,)]
    methods = {row[0] for row in week.rows("select distinct method from marts.assimilation_scores")}
    assert methods == {"assimilation", "operator", "persistence", "anomaly_persistence"}


def test_a_build_without_new_data_adds_no_run(week):
    runs = [
        "select count(*) from intermediate.int_ptdf__fit",
        "select count(*) from intermediate.int_calibration__fits",
        "select count(*) from intermediate.int_ptdf__decisions",
    ]
    before = [week.rows(query) for query in runs]
    week.run("build", "--select", "path:models/methods")
    assert [week.rows(query) for query in runs] == before == [[(1,)]] * 3


def test_reasons_are_kept_as_they_are_written(week):
    ((run_id,),) = week.rows("select run_id from ref.estimated_ptdf_metadata")
    reason = "it's \"odd\": {{ env_var('HOME') }} {% set x = 1 %}"
    week.run("ptdf", "promote", run_id, "--reason", reason)
    kept = week.rows(
        "select reason from intermediate.int_ptdf__decisions where decided_by = 'HAND'"
    )
    assert kept == [(reason,)]
    assert "no other run was live" in week.run("ptdf", "rollback", code=2)


def test_the_direction_of_a_limit_is_that_of_the_run(week):
    """A limit that the fit knows in both directions, with factors of either sign."""
    ((constraint, at),) = week.rows(
        "select constraint_name, max(run_at) from features.sced_mu where is_binding "
        "and from_station <> to_station group by constraint_name order by count(*) desc limit 1"
    )
    options = ["--nodes", "HB_WEST", "--at", at.isoformat(), "--json"]
    before = json.loads(week.run("scenario", *options))
    with duckdb.connect(str(week.data / "gridhouse.duckdb")) as connection:
        for table, change in (
            ("ref.estimated_ptdf_constraint_offsets", ""),
            ("ref.estimated_ptdf", ", -beta as beta, 1000 as avg_abs_mu"),
        ):
            connection.execute(
                f"insert into {table} select * replace (to_station as from_station, "
                f"from_station as to_station{change}) from {table} where constraint_name = ?",
                [constraint],
            )
    after = json.loads(week.run("scenario", *options))
    assert after["nodes"][0]["price"] == pytest.approx(before["nodes"][0]["price"], abs=1e-9)


def test_runs_whose_shadow_prices_have_not_landed_are_passed_over(week):
    ((last,),) = week.rows("select max(run_at) from features.sced_mu where is_binding")
    with duckdb.connect(str(week.data / "gridhouse.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            "delete from marts.fct_constraint_intervals_revisions where iso = 'ERCOT' "
            f"and interval_start > timestamptz '{last}' - interval 1 hour"
        )
    answer = json.loads(week.run("scenario", "--nodes", "HB_WEST", "--json"))
    assert datetime.fromisoformat(answer["run_at"]) <= last - timedelta(hours=1)
    assert "later run(s) are passed over" in answer["reason"]
