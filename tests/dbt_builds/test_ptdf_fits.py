"""Fits of the effective PTDFs through dbt: windows that hold little, runs that come and go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import pytest

import synthetic
from tests.dbt_builds.conftest import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

# scenarios are computed anew when another run becomes live
MODELS = ["+path:models/methods/ptdf", "+path:models/methods/scenario"]
RUNS = """
    select run_id, is_live, is_promotable, status, reason, decided_by, interval_count,
        location_count, fitted_location_count, constraint_count, unexplained_interval_count
    from ref.estimated_ptdf_metadata_staged order by fitted_at, run_id
"""
DAY, SEED, POINTS = date(2026, 7, 1), 7, 20
FEEDS = ["ercot_np6_788_cd", "ercot_np6_322_cd", "ercot_np6_86_cd"]
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]


def runs(warehouse: Warehouse) -> list[dict]:
    names = [word.strip() for word in RUNS.split("select")[1].split("from")[0].split(",")]
    return [dict(zip(names, row, strict=True)) for row in warehouse.sql(RUNS)]


def cli(warehouse: Warehouse, *arguments: str, code: int = 0) -> str:
    environment = {**os.environ, "GRIDHOUSE_DATA": str(warehouse.settings.data)}
    done = subprocess.run(
        [*COMMAND, "ptdf", *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == code, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


def land_market(warehouse: Warehouse, day: date, days: int) -> None:
    folder = warehouse.files / f"market_{day}"
    synthetic.write(
        folder,
        SEED,
        day,
        day + timedelta(days),
        points=POINTS,
        feeds=FEEDS,
        operators=["ercot"],
        market="small",
    )
    warehouse.land_folder(folder)


def shuffle_constraints(warehouse: Warehouse) -> None:
    """Give each run the shadow prices of another, as no market would."""
    table, column = "ercot.np6_86_cd", "sced_timestamp"
    with duckdb.connect(str(warehouse.settings.data / "raw.duckdb")) as raw:
        of = raw.execute(f"select distinct {column} from {table} order by 1").fetchall()
        raw.execute(
            f"create temp table moved as select {column} as old, old as new from {table} limit 0"
        )
        places = np.random.default_rng(0).permutation(len(of))
        pairs = [(*old, *of[place]) for old, place in zip(of, places, strict=True)]
        raw.executemany("insert into moved values (?, ?)", pairs)
        raw.execute(f"update {table} set {column} = new from moved where {column} = old")


def test_runs_come_by_new_data_and_stay(warehouse: Warehouse) -> None:
    land_market(warehouse, DAY, 2)
    warehouse.build(*MODELS)
    (first,) = runs(warehouse)
    assert (first["status"], first["is_promotable"], first["is_live"]) == ("FITTED", True, True)
    landed = "select count(distinct run_at) from features.lmp_target"
    assert warehouse.sql(landed) == [(first["interval_count"],)]
    assert first["fitted_location_count"] == POINTS and first["unexplained_interval_count"] == 0
    assert first["decided_by"] == "RULE" and first["constraint_count"] > 3

    warehouse.build(*MODELS)
    assert runs(warehouse) == [first]

    land_market(warehouse, DAY + timedelta(2), 1)
    warehouse.build(*MODELS)
    one, second = runs(warehouse)
    assert one == first | {"is_live": False, "decided_by": None} and second["is_live"]
    assert warehouse.sql(landed) == [(second["interval_count"],)]
    assert second["interval_count"] > first["interval_count"] + 280

    # by hand, through the command
    listed = json.loads(cli(warehouse, "history", "--json"))
    assert [run["run_id"] for run in listed] == [second["run_id"], first["run_id"]]
    assert [run["is_live"] for run in listed] == [True, False]
    assert [run["decided_by"] for run in listed] == ["RULE", None]
    assert listed[0]["promotion_reason"] == second["reason"]
    assert listed[1]["promotion_reason"] is None
    assert "there is no run" in cli(warehouse, "promote", "20200101-none", code=2)
    cli(warehouse, "rollback")
    assert [r["run_id"] for r in runs(warehouse) if r["is_live"]] == [first["run_id"]]
    assert "no other run was live" in cli(warehouse, "rollback", code=2)
    cli(warehouse, "promote", second["run_id"], "--reason", "the operator's own words")
    assert [r["run_id"] for r in runs(warehouse) if r["is_live"]] == [second["run_id"]]
    (live, _) = json.loads(cli(warehouse, "history", "--json"))
    assert (live["decided_by"], live["promotion_reason"]) == ("HAND", "the operator's own words")
    said = cli(warehouse, "history").split()
    assert {"by", "HAND", "operator's", "own"} <= set(said)
    decisions = warehouse.sql(
        "select decided_by, reason from intermediate.int_ptdf__decisions order by _built_at"
    )
    assert [by for by, _ in decisions] == ["RULE", "RULE", "HAND", "HAND"]
    assert decisions[3][1] == "the operator's own words"

    # shadow prices that have nothing to do with prices: fitted, and not promoted
    shuffle_constraints(warehouse)
    warehouse.build(*MODELS, whole=True)
    *before, third = runs(warehouse)
    assert [r["run_id"] for r in before] == [first["run_id"], second["run_id"]]
    assert (third["status"], third["is_promotable"], third["is_live"]) == ("FITTED", False, False)
    assert [r["is_live"] for r in before] == [False, True]
    after = warehouse.sql(
        "select decided_by, reason from intermediate.int_ptdf__decisions order by _built_at"
    )
    assert after[:4] == decisions and len(after) == 5
    live = warehouse.sql("select distinct run_id from ref.estimated_ptdf")
    assert live == [(second["run_id"],)]


def land_day(
    warehouse: Warehouse,
    day: date,
    *,
    nodes: int = 3,
    mu: float = 20.0,
    every: int = 2,
    files: tuple[str, ...] = ("lmps", "lambdas", "constraints"),
) -> None:
    """Twenty runs; in each `every`th a constraint binds with `mu` or more, factors 0.1 n.

    The adder is in no price.
    """
    prices = ["SCEDTimestamp,RepeatedHourFlag,SettlementPoint,LMP"]
    energy = ["SCEDTimeStamp,RepeatedHourFlag,CappedSystemLambda,UncappedSystemLambda"]
    limits = [
        "SCEDTimeStamp,RepeatedHourFlag,ConstraintID,ConstraintName,ContingencyName,ShadowPrice,"
        "MaxShadowPrice,Limit,Value,ViolatedMW,FromStation,ToStation,FromStationkV,ToStationkV,"
        "CCTStatus"
    ]
    adders = [
        "SCEDTimestamp,RepeatedHourFlag,SystemLambda,RTRDPA,RTRDPARUS,RTRDPARDS,RTRDPARRS,"
        "RTRDPAECRS,RTRDPANSS,RTRRUC,RTRRMR,RTDNCLR,RTDERS,RTDCTIEIMPORT,RTDCTIEEXPORT,"
        "RTBLTIMPORT,RTBLTEXPORT,RTOLLSL,RTOLHSL,RTDLL"
    ]
    first = datetime(day.year, day.month, day.day, 10)
    for run in range(20):
        at = f"{first + timedelta(minutes=5 * run):%m/%d/%Y %H:%M:%S}"
        shadow = mu + run // 4 if mu and (run + 1) % every == 0 else 0.0
        energy.append(f"{at},N,30,30")
        adders.append(f"{at},N,30,{5 + run % 3}" + ",0" * 16)
        limits.append(f"{at},N,1,LINE,OUT,{shadow},3500,100,100,0,A,B,138,138,NONCOMP")
        prices += [f"{at},N,NODE_{n},{30 - 0.1 * n * shadow:.2f}" for n in range(1, nodes + 1)]
    folder = warehouse.files / f"by_hand_{day}_{'_'.join(files)}"
    folder.mkdir(parents=True)
    written = {
        "lmps": ("00012300", "LMPSROSNODENP6788", prices),
        "lambdas": ("00013114", "SCEDSYSLAMBDANP6322", energy),
        "constraints": ("00012302", "SCEDBTCNP686", limits),
        "adders": ("00013221", "RTSCEDpriceAdderNP6323", adders),
    }
    for file in files:
        report, product, lines = written[file]
        name = f"cdr.{report}.0000000000000000.{day:%Y%m%d}.120000.{product}_{day:%Y%m%d}_120000"
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    warehouse.land_folder(folder)


def test_windows_that_hold_little(warehouse: Warehouse) -> None:
    """A day each, and a window of one day; what is live stays live beside what cannot be."""
    variables = {"ptdf_window_days": 1, "ptdf_refit_hours": 12}

    def newest(day: int, **what) -> dict:
        land_day(warehouse, DAY + timedelta(day), **what)
        built = warehouse.dbt("run", *MODELS, **variables)
        assert built.failures == []
        assert len(runs(warehouse)) == day + 1
        return runs(warehouse)[-1]

    no_file = newest(0, files=("lmps", "lambdas"), every=1)
    assert no_file["status"] == "NO_PRICES" and no_file["unexplained_interval_count"] == 20
    assert "of all 20 intervals shadow prices" in no_file["reason"] and not no_file["is_live"]

    plain = newest(1)
    assert (plain["status"], plain["is_live"], plain["interval_count"]) == ("FITTED", True, 20)
    factors = warehouse.sql("select location, beta_debiased from ref.estimated_ptdf order by all")
    assert [name for name, _ in factors] == ["NODE_1", "NODE_2", "NODE_3"]
    # training is the first eighteen runs, prices are rounded to cents
    assert [b for _, b in factors] == pytest.approx([0.1, 0.2, 0.3], abs=1e-4)

    nothing_binds = newest(2, mu=0.0)
    assert nothing_binds["status"] == "NO_BINDING_CONSTRAINT"
    assert nothing_binds["constraint_count"] == 0 and nothing_binds["fitted_location_count"] == 3
    assert not nothing_binds["is_promotable"]

    one_node = newest(3, nodes=1)
    assert (one_node["status"], one_node["location_count"]) == ("FITTED", 1)

    # where prices of some runs are equal, those count, as without a constraint
    no_file_again = newest(4, files=("lmps", "lambdas"))
    assert no_file_again["status"] == "NO_BINDING_CONSTRAINT"
    assert no_file_again["interval_count"] == no_file_again["unexplained_interval_count"] == 10

    no_lambda = newest(5, files=("lmps", "constraints"))
    assert no_lambda["status"] == "NO_PRICES" and no_lambda["fitted_location_count"] == 0
    assert no_lambda["unexplained_interval_count"] == 20 and no_lambda["interval_count"] == 0
    assert warehouse.dbt("run", *MODELS, **variables).failures == []
    assert len(runs(warehouse)) == 6  # told once

    assert [r["is_live"] for r in runs(warehouse)] == [False, False, False, True, False, False]
    assert "fitted nothing" in cli(warehouse, "promote", no_file["run_id"], code=2)


SUMMED = """
    select market_date, interval_count, unexplained_interval_count, dropped_interval_count
    from intermediate.int_ptdf__day_grams order by market_date
"""


def test_what_lands_late_is_summed_then(warehouse: Warehouse) -> None:
    """The system lambda of a day on which nothing binds: neither price nor shadow price changes."""
    later = DAY + timedelta(1)
    land_day(warehouse, DAY)
    land_day(warehouse, later, mu=0.0, files=("lmps", "constraints"))
    warehouse.build(*MODELS)
    assert [row[1:3] for row in warehouse.sql(SUMMED)] == [(20, 0), (0, 20)]
    (first,) = runs(warehouse)
    # the day without lambda takes nothing from the other
    assert (first["status"], first["interval_count"]) == ("FITTED", 20)
    assert first["unexplained_interval_count"] == 20
    land_day(warehouse, later, mu=0.0, files=("lambdas",))
    warehouse.build(*MODELS)
    assert [row[1:3] for row in warehouse.sql(SUMMED)] == [(20, 0), (20, 0)]
    assert [run["interval_count"] for run in runs(warehouse)] == [20, 40]


def test_further_regressors_that_land_late(warehouse: Warehouse) -> None:
    asked = {"ptdf_extra": ["reliability_adder_price"], "ptdf_refit_hours": 12}
    dropped = (
        "select interval_count, dropped_interval_count from ref.estimated_ptdf_metadata_staged"
    )
    plain = ("lmps", "lambdas", "constraints")
    land_day(warehouse, DAY, files=(*plain, "adders"))
    land_day(warehouse, DAY + timedelta(1), files=plain)
    land_day(warehouse, DAY + timedelta(2), files=(*plain, "adders"))
    assert warehouse.dbt("run", *MODELS, **asked).failures == []
    assert [(row[1], row[3]) for row in warehouse.sql(SUMMED)] == [(20, 0), (0, 20), (20, 0)]
    assert warehouse.sql(dropped) == [(40, 20)]
    land_day(warehouse, DAY + timedelta(1), files=("adders",))
    assert warehouse.dbt("run", *MODELS, **asked).failures == []
    assert [(row[1], row[3]) for row in warehouse.sql(SUMMED)] == [(20, 0)] * 3
    assert warehouse.sql(dropped + " order by fitted_at") == [(40, 20), (60, 0)]
