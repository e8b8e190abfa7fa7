"""Which runs of the dispatch the calibration rests on, and when it is made again."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

import synthetic
from tests.dbt_builds.conftest import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

DAY, SEED, POINTS = date(2026, 7, 1), 7, 20
FEEDS = ["ercot_np6_788_cd", "ercot_np6_322_cd", "ercot_np6_86_cd"]
MODELS = "+path:models/methods/calibration"
FITS = """
    select status, run_count, unexplained_run_count, last_run_at
    from ref.logistic_map_metadata order by _built_at
"""


def land(warehouse: Warehouse, day: date, days: int) -> None:
    folder = warehouse.files / f"market_{day}"
    synthetic.write(
        folder, SEED, day, day + timedelta(days), points=POINTS, feeds=FEEDS,
        operators=["ercot"], market="small",
    )  # fmt: skip
    warehouse.land_folder(folder)


def runs_landed(warehouse: Warehouse, before: str = "2030-01-01") -> int:
    """Runs with an energy price, whose files all have landed."""
    with duckdb.connect(str(warehouse.settings.data / "raw.duckdb"), read_only=True) as raw:
        return raw.execute(
            "select count(distinct (sced_timestamp, repeated_hour_flag)) from ercot.np6_322_cd "
            f"where sced_timestamp < '{before}'"
        ).fetchone()[0]


def lose(warehouse: Warehouse, table: str, since: str) -> None:
    """As if the files of the runs from an instant of the market's clock on had not landed."""
    with duckdb.connect(str(warehouse.settings.data / "raw.duckdb")) as raw:
        (lost,) = raw.execute(
            f"delete from ercot.{table} where sced_timestamp >= '{since}'"
        ).fetchone()
    assert lost


def test_runs_whose_prices_lack_do_not_count(warehouse: Warehouse) -> None:
    """Nothing tells then whether the file of the constraints has landed."""
    land(warehouse, DAY, 1)
    lose(warehouse, "np6_788_cd", "2026-07-01 22:00:00")
    lose(warehouse, "np6_86_cd", "2026-07-01 22:00:00")
    warehouse.build(MODELS)
    ((status, count, unexplained, last),) = warehouse.sql(FITS)
    seen = runs_landed(warehouse, "2026-07-01 22:00:00")
    assert (status, count, unexplained) == ("OK", seen, runs_landed(warehouse) - seen)
    assert unexplained >= 24
    # 22:00 in Texas is 03:00 UTC
    assert f"{last:%m-%d %H}" == "07-02 02"
    # nothing binds from a run on that nobody has seen
    (instants,) = warehouse.sql("select list(distinct run_at) from marts.binding_forecasts")
    assert instants == ([last],)
    (known,) = warehouse.sql("select list(distinct known_at) from marts.binding_forecasts")
    assert known[0][0] > last

    # the newest runs do not count, so there is nothing new
    warehouse.build(MODELS)
    assert len(warehouse.sql(FITS)) == 1


def test_a_fit_is_made_of_each_new_day(warehouse: Warehouse) -> None:
    land(warehouse, DAY, 1)
    warehouse.build(MODELS)
    one_day = runs_landed(warehouse)
    land(warehouse, DAY + timedelta(1), 1)
    warehouse.build(MODELS)
    first, second = warehouse.sql(FITS)
    assert (first[1], second[1]) == (one_day, runs_landed(warehouse))
    assert abs(second[3] - first[3] - timedelta(1)) < timedelta(minutes=1)


def test_without_prices_no_run_counts(warehouse: Warehouse) -> None:
    """Of runs with constraints alone each would seem to be congested."""
    land(warehouse, DAY, 1)
    lose(warehouse, "np6_788_cd", "2026-07-01 00:00:00")
    for _ in range(2):
        warehouse.build(MODELS)
        assert warehouse.sql(FITS) == [("TOO_FEW_RUNS", 0, runs_landed(warehouse), None)]
