"""`gridhouse verify rollups` on tables written by hand, where what differs is known."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.gridhouse.conftest import Command

CHECKS = """
    create schema ref; create schema marts;
    create table ref.rollup_checks as
    select * from (values
        ('rpt_fuel_daily', 'day', 'fct_fuel_intervals', 'iso location', 'energy_mwh',
            'sum(energy_mwh)', 'count(energy_mwh)'),
        ('rpt_fuel_monthly', 'month', 'fct_fuel_intervals', 'iso location', 'energy_mwh',
            'sum(energy_mwh)', null),
        ('rpt_not_built', 'day', 'fct_fuel_intervals', 'iso location', 'x', 'sum(x)', null)
    ) as t (rollup, period, fact, key_columns, measure, expression, count_expression);
    create table marts.fct_fuel_intervals as
    select * from (values
        ('NEM', 'SA1', date '2024-08-30', 1.5), ('NEM', 'SA1', date '2024-08-30', 2.25),
        ('NEM', 'VIC1', date '2024-08-30', -1.0), ('NEM', 'SA1', date '2024-08-31', 4.0),
        ('NEM', 'SA1', date '2024-09-01', 8.0), ('NEM', 'SA1', date '2024-09-02', null)
    ) as t (iso, location, market_date, energy_mwh);
    create table marts.rpt_fuel_daily as
    select iso, location, market_date, sum(energy_mwh) as energy_mwh,
        count(energy_mwh) as interval_count
    from marts.fct_fuel_intervals group by all;
    create table marts.rpt_fuel_monthly as
    select iso, location, cast(date_trunc('month', market_date) as date) as month,
        sum(energy_mwh) as energy_mwh, count(energy_mwh) as interval_count
    from marts.fct_fuel_intervals group by all;
"""


@pytest.fixture
def warehouse(gridhouse: Command, prepared_data: Path):
    """Runs SQL on the warehouse that `gridhouse` reads."""

    def run(sql: str) -> None:
        with duckdb.connect(str(prepared_data / "gridhouse.duckdb")) as connection:
            connection.execute(sql)

    run(CHECKS)
    return run


def days(command: Command, *arguments: str, code: int = 0) -> dict[str, list[dict]]:
    checks = json.loads(command("verify", "rollups", "--json", *arguments, code=code).stdout)
    assert checks["ok"] == (code == 0)
    return {check["rollup"]: check["days"] for check in checks["checks"]}


def test_each_day_stands_beside_the_sum_of_its_intervals(gridhouse, warehouse):
    found = days(gridhouse)
    assert list(found) == ["rpt_fuel_daily", "rpt_fuel_monthly"]
    first, *_, last = found["rpt_fuel_daily"]
    assert first == {
        "iso": "NEM", "period_start": "2024-08-30", "rollup": 2.75, "intervals": 2.75, "ratio": 1.0,
        "rollup_interval_count": 3, "interval_count": 3, "series_count": 2, "off_count": 0,
    }  # fmt: skip
    assert (last["rollup"], last["ratio"], last["interval_count"]) == (None, None, 0)
    assert "2 checks, 6 days, 0 off" in gridhouse("verify", "rollups").stdout


def test_a_change_that_cancels_in_the_day_is_found_by_its_series(gridhouse, warehouse):
    warehouse(
        "update marts.rpt_fuel_daily set energy_mwh = energy_mwh + if(location = 'SA1', 1, -1) "
        "where market_date = '2024-08-30'"
    )
    found = days(gridhouse, "--model", "rpt_fuel_daily", code=1)
    assert [(d["period_start"], d["ratio"], d["off_count"]) for d in found["rpt_fuel_daily"]][
        :2
    ] == [("2024-08-30", 1.0, 2), ("2024-08-31", 1.0, 0)]


@pytest.mark.parametrize(
    "damage",
    [
        "delete from marts.rpt_fuel_daily where location = 'VIC1'",
        "insert into marts.rpt_fuel_daily values ('NEM', 'QLD1', '2024-08-31', 0, 0)",
        "update marts.rpt_fuel_daily set interval_count = 287 where market_date = '2024-08-31'",
        "update marts.rpt_fuel_daily set energy_mwh = null where market_date = '2024-08-31'",
        "update marts.rpt_fuel_daily set energy_mwh = 0 where market_date = '2024-09-02'",
        "update marts.rpt_fuel_daily set energy_mwh = 4.1 where market_date = '2024-08-31'",
    ],
)
def test_what_lacks_is_too_much_or_counts_otherwise_is_off(gridhouse, warehouse, damage):
    warehouse(damage)
    found = days(gridhouse, "--model", "rpt_fuel_daily", code=1)
    assert sum(day["off_count"] for day in found["rpt_fuel_daily"]) == 1


def test_a_window_cuts_days_and_takes_whole_months_alone(gridhouse, warehouse):
    found = days(gridhouse, "--from", "2024-08-31", "--to", "2024-09-30")
    assert [d["period_start"] for d in found["rpt_fuel_daily"]] == [
        "2024-08-31", "2024-09-01", "2024-09-02",
    ]  # fmt: skip
    assert [d["period_start"] for d in found["rpt_fuel_monthly"]] == ["2024-09-01"]


def test_days_without_any_row_are_not_said_to_be_right(gridhouse, warehouse):
    said = gridhouse("verify", "rollups", "--from", "1990-01-01", "--to", "1990-01-02", code=2)
    assert "no rollup has a day here" in said.stderr


def test_tables_without_a_day_that_is_off_are_not_printed(gridhouse, warehouse):
    said = gridhouse("verify", "rollups", "--off-only").stdout
    assert "rpt_fuel_daily" not in said and said.strip().endswith("0 off")


def test_a_rollup_that_is_not_there_is_wrong_usage(gridhouse, warehouse):
    said = gridhouse("verify", "rollups", "--model", "rpt_not_built", code=2).stderr
    assert "rpt_not_built" in said and "rpt_fuel_daily" in said
    gridhouse("verify", "rollups", "--from", "2024-09-02", "--to", "2024-09-01", code=2)


@pytest.mark.parametrize(
    "name",
    [
        *(
            f"rpt_{of}_{span}"
            for of in ("resource", "fuel", "region")
            for span in ("daily", "monthly")
        ),
        "rpt_unit_curtailment_daily",
    ],
)
def test_every_sum_and_count_of_a_rollup_is_checked(name):
    root = Path(__file__).resolve().parents[2]
    described = yaml.safe_load((root / f"models/marts/rollups/{name}.yml").read_text())
    sums = {
        column["name"]
        for column in described["models"][0]["columns"]
        if column.get("config", {}).get("meta", {}).get("kind") == "quantity"
    }
    with (root / "seeds/reference/rollup_checks.csv").open(newline="") as lines:
        checks = [row for row in csv.DictReader(lines) if row["rollup"] == name]
    assert all(row["count_expression"] for row in checks)  # `interval_count` goes with each
    assert sums - {"interval_count"} <= {row["measure"] for row in checks}
