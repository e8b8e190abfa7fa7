"""What lands later changes the days that it concerns, and no others."""

from __future__ import annotations

import pytest

from tests.dbt_builds.disclosures import write
from tests.dbt_builds.test_bess_lines import gen, load

pytestmark = pytest.mark.slow

WANTED = ("+rpt_bess_fleet_monthly", "+fct_reconciliations")
STAMPED = (
    "intermediate.int_bess__quarters",
    "marts.fct_bess_real_time_intervals",
    "marts.fct_bess_resource_days",
    "marts.rpt_bess_revenue_daily",
)
TELEMETRY = "np3_965_er__gen_resources"


def run(day: str) -> dict:
    return {
        "sced_timestamp": f"{day} 00:00:00",
        "repeated_hour_flag": "N",
        "resource_name": "SITEA_BES1",
        "resource_type": "PWRSTR",
        "telemetered_net_output": 1,
    }


def bid(day: str, award: float) -> dict:
    return {
        "delivery_date": day,
        "hour_ending": 1,
        "settlement_point": "SITEA_RN",
        "qse": "QELSE",
        "award_mw": award,
        "settlement_point_price": 30,
        "bid_id": "a",
    }


def test_later_files_change_their_days_alone(warehouse, tmp_path):
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    days = ("01/30/2025", "01/31/2025")
    write(first, "np3_966_er__gen_resources", "31-MAR-25", [gen(1, day) for day in days])
    alone = load(1, "SITEA_LD1", day="02/01/2025", regdown_awarded=6, regdown_mcpc=7)
    write(first, "np3_966_er__load_resources", "31-MAR-25", [load(1, "SITEA_LD1"), alone])
    write(first, "np3_966_er__energy_bid_awards", "31-MAR-25", [bid(days[0], -2)])
    write(first, TELEMETRY, "31-MAR-25", [run(day) for day in days])
    warehouse.land_folder(first)
    warehouse.build(*WANTED)

    def stamps() -> dict:
        return {
            (table, day): stamp
            for table in STAMPED
            for day, stamp in warehouse.sql(
                f"select market_date, max(_built_at) from {table} group by all"
            )
        }

    # nothing landed: nothing is computed again
    before = stamps()
    warehouse.build(*WANTED)
    assert stamps() == before

    # telemetry of one day comes again
    write(second, TELEMETRY, "02-APR-25", [run(days[1])])
    # and purchases of a day whose awards are long known
    write(second, "np3_966_er__energy_bid_awards", "01-APR-25", [bid(days[1], -7)])
    warehouse.land_folder(second)
    warehouse.build(*WANTED)
    changed = {f"{day:%m-%d}" for (table, day), stamp in stamps().items()
               if stamp != before[table, day]}  # fmt: skip
    assert changed == {"01-31"}
    purchases = (
        "select strftime(market_date, '%m-%d'), quantity, amount "
        "from marts.fct_bess_revenue_lines where not is_attributable order by 1"
    )
    assert warehouse.sql(purchases) == [("01-30", -2.0, -60.0), ("01-31", -7.0, -210.0)]

    # 6 x 7 of a load alone, until it turns out to be no battery's
    daily = (
        "select strftime(market_date, '%m-%d'), amount from marts.rpt_bess_revenue_daily order by 1"
    )
    assert warehouse.sql(daily)[-1] == ("02-01", 42.0)
    factory = load(1, "SITEA_LD1", day="02/03/2025", rrsufr_awarded=1, rrs_mcpc=3)
    write(third, "np3_966_er__load_resources", "04-APR-25", [factory])
    warehouse.land_folder(third)
    warehouse.build(*WANTED)
    assert [day for day, _ in warehouse.sql(daily)] == ["01-30", "01-31"]
    assert warehouse.dbt("test", "assert_our_own_figures_reconcile").ok


def test_a_site_that_becomes_known_later_has_its_earlier_loads(warehouse, tmp_path):
    loads = "np3_965_er__load_resources"
    first, second = tmp_path / "first", tmp_path / "second"
    telemetry = {
        "sced_timestamp": "01/30/2025 00:00:00",
        "repeated_hour_flag": "N",
        "resource_name": "SITEB_LD1",
        "real_power_consumption": 6,
    }
    write(first, loads, "31-MAR-25", [telemetry])
    write(first, "np3_966_er__gen_resources", "31-MAR-25", [gen(1, "01/30/2025")])
    warehouse.land_folder(first)
    warehouse.build(*WANTED)
    charged = "select resource, sum(charged_mwh) from intermediate.int_bess__quarters group by all"
    assert warehouse.sql(charged) == []

    # awards of another day say that a battery is there
    award = gen(1, "01/31/2025", resource="SITEB_BES1")
    write(second, "np3_966_er__gen_resources", "01-APR-25", [award])
    warehouse.land_folder(second)
    warehouse.build(*WANTED)
    assert warehouse.sql(charged) == [("SITEB_LD1", 3.0)]  # held for half an hour
