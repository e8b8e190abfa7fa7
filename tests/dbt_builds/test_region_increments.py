"""Flows, rooftop and regions of days that arrive in pieces equal those of one build."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.ci]

DAY = date(2026, 6, 15)
NEXT = DAY + timedelta(1)
# readings of midnight belong to both days
PIECES = [
    ("nem_dispatchis", DAY, (22, 24)),
    ("nem_dispatchis", NEXT, (0, 2)),
    ("nem_tradingis", DAY, (22, 24)),
    ("nem_tradingis", NEXT, (0, 2)),
    ("nem_dispatch_scada", DAY, (22, 24)),
    ("nem_dispatch_scada", NEXT, (0, 2)),
    ("nem_rooftop_actual", DAY, (10, 14)),
    ("nem_rooftop_actual", DAY, (14, 16)),
]
TABLES = [
    "marts.fct_border_intervals",
    "marts.fct_flow_emission_intervals",
    "marts.fct_region_intervals",
    "marts.rpt_region_daily",
    "intermediate.int_rooftop__five_minutes",
]


def rows_of(warehouse, table: str) -> list[tuple]:
    return warehouse.sql(f"select * exclude (_built_at) from {table} order by all")


def test_pieces_in_any_order(warehouse):
    order = random.Random(1).sample(PIECES, len(PIECES))
    assert order[0][1] == NEXT  # a day before the one that it follows
    for place, (feed, day, hours) in enumerate(order):
        warehouse.land(feed, day, hours)
        if place in (0, 2, 4, len(order) - 1):
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
