"""The accounts of 200 synthetic batteries, and those of a few on the days of clock changes, against
what they earned."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

import synthetic
from tests.dbt_builds.conftest import Warehouse

pytestmark = pytest.mark.slow

SEED = 5
# two spring days with prices below zero, and the days of 25 and 23 hours
DAYS = {
    date(2025, 4, 13): 200,
    date(2025, 11, 2): 7,
    date(2026, 3, 8): 7,
    date(2026, 4, 12): 200,
}
FEEDS = (
    "ercot_np4_190_cd",
    "ercot_np4_188_cd",
    "ercot_np6_905_cd",
    "ercot_np6_331_cd",
    "ercot_np3_966_er",
    "ercot_np3_965_er",
)
KEY = "resource, revenue_line, side, interval_start"
SAME = (
    "interval_end",
    "market_date",
    "settlement_point",
    "source_resource",
    "price",
    "currency",
    "evidence_code",
)


def test_accounts_equal_the_truth_to_the_cent(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "disclosures"
    for day, batteries in DAYS.items():
        made = synthetic.write(
            folder, SEED, day, day + timedelta(1), operators=["ercot"], feeds=FEEDS,
            points={"ercot": 60}, batteries=batteries,
        )  # fmt: skip
    warehouse.land_folder(folder)
    warehouse.build("+fct_bess_revenue_lines", "+rpt_bess_fleet_monthly", "+fct_reconciliations")
    lines = made.truth.table("fct_bess_revenue_lines").to_pylist()
    everything_occurs(warehouse, lines)
    lines_agree(warehouse, made.truth.path("fct_bess_revenue_lines"), len(lines))
    totals_agree(warehouse, sum(r["amount"] for r in lines))
    reconciliations_hold(warehouse)


def everything_occurs(warehouse: Warehouse, lines: list[dict]) -> None:
    """Every battery and every kind of line, at prices of either sign."""
    per_day = Counter((r["market_date"], r["resource"]) for r in lines)
    assert Counter(day for day, _ in per_day) == DAYS
    # every kind of line is there
    kinds = {line for (line,) in warehouse.sql("select revenue_line from ref.bess_revenue_lines")}
    not_for_batteries = {"DAM_RRSUFR", "DAM_ECRSMD"}
    neither = {"DAM_RRS", "DAM_POINT_PURCHASE"}  # of the layout before, and not attributable
    assert {r["revenue_line"] for r in lines} == kinds - not_for_batteries - neither
    codes = {code for (code,) in warehouse.sql("select evidence_code from ref.bess_evidence_codes")}
    regulated_only = {"PAIRED_BY_SITE"}  # such a load is never awarded regulation
    assert {r["evidence_code"] for r in lines} == codes - regulated_only - {"POINT_LEVEL"}
    # charging and discharging, each at prices of either sign, in each era and market
    signs = Counter(
        (r["market_date"] > date(2025, 12, 4), r["market"], r["quantity"] > 0, r["price"] > 0)
        for r in lines
        if r["revenue_line"] in ("DAM_ENERGY", "RT_ENERGY") and r["quantity"]
    )
    # the generation side of a battery sells day ahead, and never buys
    assert len(signs) == 14 and min(signs.values()) > 50


def lines_agree(warehouse: Warehouse, truth: str, count: int) -> None:
    """The mart has the lines of the truth, to the cent, and no others."""
    warehouse.sql(f"create table truth as from read_parquet('{truth}')")
    mart = "(from marts.fct_bess_revenue_lines where is_attributable)"
    assert warehouse.sql(
        f"""
        select coalesce(t.revenue_line, m.revenue_line) as line, coalesce(t.side, m.side) as side,
            count(*) filter (where m.iso is null) as missing,
            count(*) filter (where t.iso is null) as extra
        from truth as t full join {mart} as m using ({KEY})
        where m.iso is null or t.iso is null
        group by all
        """
    ) == []  # fmt: skip
    wrong = " or ".join(f"t.{c} is distinct from m.{c}" for c in SAME)
    assert warehouse.sql(
        f"""
        select t.*, m.* from truth as t inner join {mart} as m using ({KEY})
        where {wrong} or m.amount is null or abs(t.amount - m.amount) >= 0.005
            or abs(t.quantity - m.quantity) >= 1e-6
        limit 5
        """
    ) == []  # fmt: skip
    assert warehouse.sql(f"select count(*) from {mart}") == [(count,)]


def totals_agree(warehouse: Warehouse, total: float) -> None:
    """Days, months and the fleet have the sum of the lines."""
    for mart, column in (
        ("rpt_bess_revenue_daily", "amount"),
        ("rpt_bess_revenue_monthly", "amount"),
        ("rpt_bess_fleet_monthly", "all_amount"),
    ):
        ((found, unpriced),) = warehouse.sql(
            f"select sum({column}), "
            f"{'0' if 'fleet' in mart else 'sum(unpriced_line_count)'} from marts.{mart}"
        )
        assert found == pytest.approx(total, abs=0.005) and unpriced == 0


def reconciliations_hold(warehouse: Warehouse) -> None:
    """Each check of the batteries compared every row of every day, and all hold."""
    checks = warehouse.sql(
        "select check_name, market_date, is_within, compared_count from marts.fct_reconciliations "
        "where iso = 'ERCOT'"
    )
    assert [c for c in checks if not c[2]] == []
    compared = {(name, day): count for name, day, _, count in checks if name.startswith("bess")}
    hours = {date(2025, 11, 2): 25, date(2026, 3, 8): 23}
    expected = {
        (name, day): hours.get(day, 24) * each
        for day, batteries in DAYS.items()
        for name, each in (
            ("bess_point_price", batteries),
            ("bess_one_clearing_price", 5),
            ("bess_clearing_price", 5),
        )
    }
    for day, batteries in DAYS.items():  # each in a month of its own
        expected[("bess_daily_amounts", day)] = batteries
        expected[("bess_monthly_amounts", day.replace(day=1))] = batteries
        expected[("bess_fleet_amount", day.replace(day=1))] = 1
    assert compared == expected
