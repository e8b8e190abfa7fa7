"""Flows, rooftop and regions of days that arrive in pieces equal those of one build."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.ci]

DAY = date(2026, 6, 15)
NEXT = DAY + timedelta(1)
# The reading at midnight ends a day and begins the next, as a half hour of rooftop at noon has two
# neighbours: whichever part comes first, the other one changes it.
FEEDS = ["nem_dispatchis", "nem_tradingis", "nem_dispatch_scada"]
FIRST = [*((feed, DAY, (22, 24)) for feed in FEEDS), ("nem_rooftop_actual", DAY, (10, 12))]
SECOND = [*((feed, NEXT, (0, 2)) for feed in FEEDS), ("nem_rooftop_actual", DAY, (12, 14))]
TABLES = [
    "marts.fct_border_intervals",
    "marts.fct_flow_emission_intervals",
    "marts.fct_region_intervals",
    "marts.rpt_region_daily",
    "intermediate.int_rooftop__five_minutes",
]


def rows_of(warehouse, table: str) -> list[tuple]:
    return warehouse.sql(f"select * exclude (_built_at) from {table} order by all")


@pytest.mark.parametrize("parts", [(FIRST, SECOND), (SECOND, FIRST)], ids=["forth", "back"])
def test_parts_in_either_order(warehouse, parts):
    for part in parts:
        for feed, day, hours in part:
            warehouse.land(feed, day, hours)
        warehouse.build("+rpt_region_daily")
    pieced = {table: rows_of(warehouse, table) for table in TABLES}
    warehouse.build("+rpt_region_daily", whole=True)
    for table in TABLES:
        assert pieced[table], table
        assert pieced[table] == rows_of(warehouse, table), table
    assert warehouse.sql(
        "select count(*), count(energy_mwh) from marts.fct_border_intervals "
        "where energy_basis = 'HELD'"
    ) == [(8, 8)]  # the end of the files, from both sides of four borders; not midnight
