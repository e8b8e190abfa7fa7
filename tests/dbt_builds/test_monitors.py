"""Monitors on readings written by hand: what is found, and what just misses it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from gridhouse import dbt
from tests.dbt_builds.conftest import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

DAY = date(2025, 1, 10)
FOUR = datetime(2025, 1, 9, 18, tzinfo=UTC)  # 04:00 of that day in the NEM
SLOT = timedelta(minutes=5)
TABLES = """
    create schema if not exists marts;
    create table marts.fct_resource_intervals (
        iso text, resource text, fuel_tech text, interval_start timestamptz,
        interval_minutes integer, market_date date, trading_date date, output_mw double,
        _built_at timestamptz);
    create table marts.dim_resource as
    select
        'NEM' as iso, resource, dispatch_type, capacity_mw, max_capacity_mw,
        cast(valid_from as date) as valid_from, cast(valid_to as date) as valid_to
    from (values
        ('SF1', 'GENERATOR', 100.0, null, null, null),
        ('COAL1', 'GENERATOR', 500.0, 520.0, '2020-01-01', '2025-01-11'),
        ('COAL1', 'GENERATOR', 50.0, 50.0, '2025-01-11', null),
        ('BESS9', 'BIDIRECTIONAL', 50.0, null, null, null),
        ('GT1', 'GENERATOR', 300.0, null, null, null)
    ) as t (resource, dispatch_type, capacity_mw, max_capacity_mw, valid_from, valid_to);
"""


def slot(hour: int, minute: int = 0) -> int:
    """Number of the interval of the trading day that begins at this time."""
    return ((hour - 4) % 24) * 12 + minute // 5


def land(warehouse: Warehouse, day: int, *units: tuple[str, str | None, dict | list]) -> None:
    """Readings of a trading day: (resource, technology, MW by interval)."""
    rows = []
    for resource, fuel, readings in units:
        pairs = readings.items() if isinstance(readings, dict) else enumerate(readings)
        for n, mw in pairs:
            start = FOUR + day * timedelta(1) + n * SLOT
            local = (start + timedelta(hours=10)).date()
            trading = DAY + day * timedelta(1)
            rows.append(("NEM", resource, fuel, start, 5, local, trading, mw, datetime.now(UTC)))
    with duckdb.connect(str(dbt.warehouse_path(warehouse.settings))) as connection:
        connection.executemany(
            "insert into marts.fct_resource_intervals values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )


def findings(warehouse: Warehouse, day: int = 0) -> dict[tuple, tuple]:
    found = warehouse.sql(
        "select monitor, resource, interval_count, value_mw from marts.fct_monitor_findings "
        f"where market_date = '{DAY + day * timedelta(1)}'"
    )
    return {(monitor, resource): (count, mw) for monitor, resource, count, mw in found}


def build(warehouse: Warehouse, whole: bool = False) -> None:
    meters = ["stg_nem__unit_meter_readings", "int_resources__meter_readings"]
    warehouse.build(*meters, "fct_monitor_findings", whole=whole)


@pytest.fixture
def readings(warehouse: Warehouse) -> Warehouse:
    warehouse.sql(TABLES)
    return warehouse


def test_each_monitor_finds_its_fault(readings: Warehouse) -> None:
    night = {slot(23, 45) + n: 10.0 for n in range(6)}  # over midnight, a tenth of its capacity
    stuck = [444.0 + (n % 7) for n in range(288)]
    stuck[12 : 12 + 12 * 12] = [450.5] * 144  # twelve whole hours
    land(
        readings, 0,
        ("SF1", "SOLAR_UTILITY", night),
        ("COAL1", "COAL_BLACK", stuck),
        ("NEW1", None, {0: 5.0, 1: 0.0}),
        ("BESS9", "GAS_OCGT", {0: -0.5, 1: 30.0}),  # two-way by its registration
        ("HYPUMP", "HYDRO", {0: -20.0, 1: -60.0, 2: 250.0}),  # takes a good part of what it gives
        ("GT1", "GAS_OCGT", {5: 331.0, 6: 330.0, 7: 329.0}),
    )  # fmt: skip
    build(readings)
    assert findings(readings) == {
        ("FROZEN_AT_NIGHT", "SF1"): (6, 10.0),
        ("FROZEN", "COAL1"): (144, 450.5),
        ("UNMAPPED", "NEW1"): (2, 5.0),
        ("UNSPLIT", "BESS9"): (1, -0.5),
        ("UNSPLIT", "HYPUMP"): (2, -60.0),
        ("OVER_CAPACITY", "GT1"): (1, 331.0),
        ("ALL", None): (6 + 288 + 2 + 2 + 3 + 3, None),
    }


def test_what_just_misses_is_no_finding(readings: Warehouse) -> None:
    night = {slot(23, 45) + n: 10.0 for n in range(5)}
    night |= {slot(2) + n: 9.99 for n in range(12)}  # under a tenth
    night |= {slot(3) + n: 50.0 for n in range(12)}  # the sun may rise
    stuck = [444.0 + (n % 7) for n in range(288)]
    stuck[13 : 13 + 12 * 12] = [450.5] * 144  # twelve hours, eleven whole ones
    off = [0.0] * 288
    land(
        readings, 0,
        ("SF1", "SOLAR_UTILITY", night),
        ("COAL1", "COAL_BLACK", stuck),
        ("IDLE1", "GAS_OCGT", off),
        ("DUMMY1", None, off),
        ("COAL2", "COAL_BLACK", {0: -20.0, 1: 400.0}),  # what its own works take
        ("B1", "BATTERY_CHARGING", {0: -40.0}),
        ("B1", "BATTERY_DISCHARGING", {0: 0.0}),
        ("GT1", "GAS_OCGT", {0: 330.0}),
    )  # fmt: skip
    build(readings)
    assert findings(readings).keys() == {("ALL", None)}


def test_capacity_holds_by_day_and_findings_go_with_their_readings(readings: Warehouse) -> None:
    land(readings, 0, ("COAL1", "COAL_BLACK", {0: 60.0}))
    land(readings, 1, ("COAL1", "COAL_BLACK", {0: 60.0}))  # smaller from the eleventh on
    build(readings)
    assert findings(readings, 0).keys() == {("ALL", None)}
    assert findings(readings, 1)[("OVER_CAPACITY", "COAL1")] == (1, 60.0)

    # a night goes on after midnight, in the next day's readings
    land(readings, 1, ("SF1", "SOLAR_UTILITY", {slot(23, 45) + n: 20.0 for n in range(3)}))
    build(readings)
    assert ("FROZEN_AT_NIGHT", "SF1") not in findings(readings, 1)
    land(readings, 1, ("SF1", "SOLAR_UTILITY", {slot(0) + n: 20.0 for n in range(3)}))
    build(readings)
    assert findings(readings, 1)[("FROZEN_AT_NIGHT", "SF1")] == (6, 20.0)
    incremental = findings(readings, 1)
    build(readings, whole=True)
    assert findings(readings, 1) == incremental

    readings.sql(
        "update marts.fct_resource_intervals set output_mw = 40, _built_at = now() "
        "where resource = 'COAL1'"
    )
    build(readings)
    assert ("OVER_CAPACITY", "COAL1") not in findings(readings, 1)
