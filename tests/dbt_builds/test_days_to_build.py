"""Which days a build computes: all that changed, whatever was built or stopped before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.dbt_builds.conftest import DAY

pytestmark = pytest.mark.slow

LOADS, PRICES, RUNS = "ercot_np6_345_cd", "ercot_np6_905_cd", "ercot_np6_788_cd"
CHECKS = "select check_name, market_date, compared_count from marts.fct_reconciliations"
DERIVED = ("rpt_price_daily", "rpt_interval_counts_daily", "fct_reconciliations")


def contents(warehouse, table: str) -> list[tuple]:
    stamps = "columns(c -> not starts_with(c, '_'))"
    return warehouse.sql(f"select {stamps} from marts.{table} order by all")


def test_a_build_of_one_feed_that_overtakes_another_loses_no_day(warehouse):
    first, second = DAY, DAY + timedelta(1)
    warehouse.land(LOADS, DAY - timedelta(1))
    warehouse.build()
    warehouse.land(PRICES, first)
    warehouse.land(LOADS, second)
    warehouse.build(f"source:{LOADS}+")
    warehouse.build()
    days = {(check, day): n for check, day, n in warehouse.sql(CHECKS) if check != "ledger_rows"}
    # 24 hours; three points, of which a zone has an energy-weighted twin
    assert days == {
        ("zone_loads", DAY - timedelta(1)): 24,
        ("zone_loads", second): 24,
        ("daily_average", first): 4,
        ("daily_interval_count", first): 4,
    }
    incremental = {table: contents(warehouse, table) for table in DERIVED}
    warehouse.build(whole=True)
    assert {table: contents(warehouse, table) for table in DERIVED} == incremental


def test_a_build_that_is_stopped_half_way_is_taken_up(warehouse):
    warehouse.land(PRICES)
    warehouse.build()
    warehouse.land(PRICES, DAY + timedelta(1))
    warehouse.build("fct_price_intervals_revisions")  # stopped here
    warehouse.build()
    assert warehouse.sql(
        "select market_date, count(distinct location) > 1 from marts.rpt_price_daily "
        "group by 1 order by 1"
    ) == [(DAY, True), (DAY + timedelta(1), True)]
    before = warehouse.sql("select max(_built_at) from marts.rpt_price_daily")
    warehouse.build()
    assert warehouse.sql("select max(_built_at) from marts.rpt_price_daily") == before


def test_the_first_seconds_of_a_day_do_not_depend_on_what_landed_first(warehouse):
    """The last run of a day begins the next one, also when that was built before."""
    fact = "fct_price_intervals_revisions"
    midnight = "timestamptz '2026-06-16 05:00:00+00'"  # of 16 June, UTC-5
    for day, hours in ((DAY + timedelta(1), (0, 1)), (DAY, (23, 24))):
        warehouse.land(RUNS, day, hours)
        warehouse.build(f"+{fact}")
    found = warehouse.sql(
        f"""
        select early.market_date, early.price = late.price, early.file_id = late.file_id,
            early.interval_end = (
                select min(interval_start) from marts.{fact} where interval_start > {midnight}
            )
        from marts.{fact} as early
        inner join marts.{fact} as late using (location)
        where early.interval_start = {midnight} and late.interval_end = {midnight}
        """
    )
    assert found == [(DAY + timedelta(1), True, True, True)] * 3
    incremental = contents(warehouse, fact)
    warehouse.build(f"+{fact}", whole=True)
    assert contents(warehouse, fact) == incremental
