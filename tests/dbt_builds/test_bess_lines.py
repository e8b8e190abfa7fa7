"""A battery's account against amounts worked out by hand."""

from __future__ import annotations

import pytest

from tests.dbt_builds.disclosures import write

pytestmark = pytest.mark.slow

LINES = """
    select resource, side, revenue_line, quantity, price, round(amount, 6), evidence_code
    from marts.fct_bess_revenue_lines order by all
"""


def gen(hour: int, day: str = "01/30/2025", resource: str = "SITEA_BES1", **cells):
    return {
        "delivery_date": day,
        "hour_ending": hour,
        "resource_name": resource,
        "resource_type": "PWRSTR",
        "settlement_point_name": "SITEA_RN",
        "energy_settlement_point_price": 20,
        "hsl": 10,
        **cells,
    }


def load(hour: int, resource: str, day: str = "01/30/2025", **cells):
    return {"delivery_date": day, "hour_ending": hour, "resource_name": resource, **cells}


def test_both_halves_of_a_battery_earn_and_a_factory_beside_it_does_not(warehouse, tmp_path):
    write(
        tmp_path,
        "np3_966_er__gen_resources",
        "31-MAR-25",
        [
            gen(1, awarded_quantity=".5", regup_awarded=3, regup_mcpc="1.5"),
            gen(2, awarded_quantity=4, energy_settlement_point_price=-5),
            gen(3, rrspfr_awarded=1, rrsffr_awarded=2, rrs_mcpc=7),
            gen(1, resource="GASPLANT_U1", resource_type="CCGT90", awarded_quantity=100),
            gen(1, resource="LONELY_BES2", settlement_point_name="LONELY_RN", awarded_quantity=1),
        ],
    )
    write(
        tmp_path,
        "np3_966_er__load_resources",
        "31-MAR-25",
        [
            load(1, "SITEA_LD1", regdown_awarded=6, regdown_mcpc=2),
            load(2, "SITEA_LD7", rrsufr_awarded=9, rrs_mcpc=3),
            load(2, "LONELY_LD1", regdown_awarded=0, regdown_mcpc=2),
            load(2, "LONELY_LD3", nonspin_awarded=0, nonspin_mcpc=2),
        ],
    )
    write(
        tmp_path,
        "np3_966_er__energy_bid_awards",
        "31-MAR-25",
        [
            {
                "delivery_date": "01/30/2025",
                "hour_ending": hour,
                "settlement_point": point,
                "qse": "QANY",
                "award_mw": mw,
                "settlement_point_price": 20,
                "bid_id": bid,
            }
            for hour, point, mw, bid in [
                (1, "SITEA_RN", -2, "a"),
                (1, "SITEA_RN", "-.5", "b"),
                (1, "HB_NORTH", -100, "c"),
                (2, "SITEA_RN", 0, "d"),
            ]
        ],
    )
    warehouse.land_folder(tmp_path)
    warehouse.build("+dim_bess_resource")
    assert warehouse.sql(LINES) == [
        ("LONELY_BES2", "GEN", "DAM_ENERGY", 1.0, 20.0, 20.0, "DISCLOSED"),
        ("SITEA_BES1", "GEN", "DAM_ENERGY", 0.5, 20.0, 10.0, "DISCLOSED"),
        ("SITEA_BES1", "GEN", "DAM_ENERGY", 4.0, -5.0, -20.0, "DISCLOSED"),
        ("SITEA_BES1", "GEN", "DAM_REGUP", 3.0, 1.5, 4.5, "DISCLOSED"),
        ("SITEA_BES1", "GEN", "DAM_RRSFFR", 2.0, 7.0, 14.0, "DISCLOSED"),
        ("SITEA_BES1", "GEN", "DAM_RRSPFR", 1.0, 7.0, 7.0, "DISCLOSED"),
        ("SITEA_BES1", "LOAD", "DAM_REGDN", 6.0, 2.0, 12.0, "PAIRED_BY_SITE_AND_NUMBER"),
        (None, "POINT", "DAM_POINT_PURCHASE", -2.5, 20.0, -50.0, "POINT_LEVEL"),
    ]
    # two loads, neither with the battery's number: no pair is a legal answer
    assert warehouse.sql(
        "select resource, load_resource, pairing_evidence_code from marts.dim_bess_resource "
        "order by all"
    ) == [("LONELY_BES2", None, "NONE"), ("SITEA_BES1", "SITEA_LD1", "SITE_AND_NUMBER")]
    assert warehouse.sql(
        "select distinct settlement_point from marts.fct_bess_revenue_lines where side = 'LOAD'"
    ) == [("SITEA_RN",)]


def test_selling_and_buying_at_prices_of_either_sign(warehouse, tmp_path):
    signs = [(10, 20, 200.0), (10, -5, -50.0), (-8, 20, -160.0), (-8, -5, 40.0)]
    write(
        tmp_path,
        "np3_966_er__esrs",
        "04-FEB-26",
        [
            gen(
                hour,
                day="12/06/2025",
                resource="SITEA_ESR1",
                resource_type="ESR",
                awarded_quantity=mw,
                energy_settlement_point_price=price,
            )
            for hour, (mw, price, _) in enumerate(signs, 1)
        ],
    )
    warehouse.land_folder(tmp_path)
    warehouse.build("+fct_bess_revenue_lines")
    assert warehouse.sql(
        "select amount from marts.fct_bess_revenue_lines order by interval_start"
    ) == [(amount,) for _, _, amount in signs]


@pytest.mark.parametrize(
    ("hours", "starts"),
    [
        # counted from 1 to 25: hour 3 is the second passage of the clock hour that repeats
        ([1, 2, 3, 4, 25], ["05:00", "06:00", "07:00", "08:00", "05:00"]),
        # named by the clock: hour 2 twice, hour 3 after both
        ([1, 2, 2, 3, 24], ["05:00", "06:00", "07:00", "08:00", "05:00"]),
    ],
)
def test_the_autumn_day_has_no_flag(warehouse, tmp_path, hours, starts):
    write(
        tmp_path,
        "np3_966_er__gen_resources",
        "01-JAN-25",
        [gen(h, day="11/03/2024", awarded_quantity=n) for n, h in enumerate(hours, 1)],
    )
    warehouse.land_folder(tmp_path)
    warehouse.build("+fct_bess_revenue_lines")
    assert warehouse.sql(
        "select strftime(interval_start, '%H:%M') from marts.fct_bess_revenue_lines "
        "order by quantity"
    ) == [(start,) for start in starts]


def run(at: str, mw: float, resource: str = "SITEA_ESR1", **cells):
    return {
        "sced_timestamp": f"12/06/2025 {at}",
        "repeated_hour_flag": "N",
        "resource_name": resource,
        "resource_type": "ESR",
        "telemetered_net_output": mw,
        **cells,
    }


def test_real_time_settles_what_telemetry_adds_to_the_award(warehouse, tmp_path):
    award = gen(1, day="12/06/2025", resource="SITEA_ESR1", resource_type="ESR", awarded_quantity=8)
    write(tmp_path, "np3_966_er__esrs", "04-FEB-26", [award])
    write(
        tmp_path,
        "np3_965_er__esrs",
        "04-FEB-26",
        [
            run("00:00:00", 12),
            run("00:05:10", -6),
            # the battery is not in the run of 00:10, which ends what it had before
            run("00:10:00", 1, resource="OTHER_ESR1"),
            run("00:20:00", 3),
            run("00:30:00", 0),
        ],
    )
    (tmp_path / "SPPHLZNP6905_20251206_0015.csv").write_text(
        "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
        "SettlementPointPrice,DSTFlag\n"
        "12/06/2025,1,1,SITEA_RN,RN,40,N\n"
        "12/06/2025,1,2,SITEA_RN,RN,-10,N\n"
    )
    warehouse.land_folder(tmp_path)
    warehouse.build("+fct_bess_revenue_lines")
    # first quarter: 12 MW x 310 s - 6 MW x 290 s = 1980 MWs = 0.55 MWh, less 2 MWh sold day ahead
    # second quarter: 3 MW x 600 s = 0.5 MWh, less 2 MWh, at a price below zero
    assert warehouse.sql(
        "select round(quantity, 9), price, round(amount, 9), evidence_code "
        "from marts.fct_bess_revenue_lines "
        "where revenue_line = 'RT_ENERGY' and price is not null order by interval_start"
    ) == [(-1.45, 40.0, -58.0, "ESTIMATED"), (-1.5, -10.0, 15.0, "ESTIMATED")]
    # a later publication of the day replaces its runs
    write(tmp_path / "again", "np3_965_er__esrs", "23-FEB-26", [run("00:00:00", 2)])
    warehouse.land_folder(tmp_path / "again")
    warehouse.build("+fct_bess_revenue_lines")
    assert warehouse.sql(
        "select round(discharged_mwh, 9) from marts.fct_bess_real_time_intervals "
        "where resource = 'SITEA_ESR1' order by interval_start limit 1"
    ) == [(round(2 * 310 / 3600, 9),)]


def test_a_pairing_found_later_gives_earlier_charging_its_price(warehouse, tmp_path):
    day = "01/30/2025"
    run_of = {"sced_timestamp": f"{day} 00:00:00", "repeated_hour_flag": "N"}
    write(tmp_path, "np3_966_er__gen_resources", "31-MAR-25", [gen(1)])
    loads = [load(1, "SITEA_LD2"), load(1, "SITEA_LD3")]
    write(tmp_path, "np3_966_er__load_resources", "31-MAR-25", loads)
    # the generation row comes at noon only: charging before it has its line all the same
    noon = {**run_of, "sced_timestamp": f"{day} 12:00:00", "resource_type": "PWRSTR"}
    rows = [{**noon, "resource_name": "SITEA_BES1"}]
    write(tmp_path, "np3_965_er__gen_resources", "31-MAR-25", rows)
    taken = [
        {**run_of, "resource_name": name, "real_power_consumption": mw}
        for name, mw in (("SITEA_LD2", 4), ("SITEA_LD3", 9))
    ]
    write(tmp_path, "np3_965_er__load_resources", "31-MAR-25", taken)
    (tmp_path / "SPPHLZNP6905_20250130_0015.csv").write_text(
        "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
        "SettlementPointPrice,DSTFlag\n01/30/2025,1,1,SITEA_RN,RN,-10,N\n"
    )
    warehouse.land_folder(tmp_path)
    warehouse.build("+fct_bess_revenue_lines")
    first = (
        "select resource, source_resource, settlement_point, quantity, price, amount "
        "from marts.fct_bess_revenue_lines where side = 'LOAD' and price is not null"
    )
    assert warehouse.sql(first) == []
    # the next day tells that one of the two loads is no battery
    again = [gen(1, day="01/31/2025")]
    write(tmp_path / "next", "np3_966_er__gen_resources", "01-APR-25", again)
    again = [load(1, "SITEA_LD3", day="01/31/2025", rrsufr_awarded=9, rrs_mcpc=3)]
    write(tmp_path / "next", "np3_966_er__load_resources", "01-APR-25", again)
    warehouse.land_folder(tmp_path / "next")
    warehouse.build("+fct_bess_revenue_lines")
    assert warehouse.sql(first) == [("SITEA_BES1", "SITEA_LD2", "SITEA_RN", -1.0, -10.0, 10.0)]


def test_a_blank_award_of_a_run_is_none(warehouse, tmp_path):
    award = gen(1, day="12/06/2025", resource="SITEA_ESR1", resource_type="ESR", regup_awarded=8,
                regup_mcpc=5, rrspfr_awarded=4, rrs_mcpc=3)  # fmt: skip
    write(tmp_path, "np3_966_er__esrs", "04-FEB-26", [award])
    # 15 seconds after midnight: the mean is over the runs that there are
    runs = [run("00:00:15", 0, as_award_rrsffr=4), run("00:05:15", 0, as_award_rrspfr=6)]
    runs += [run("00:15:00", 0, as_award_rrsffr=3, as_award_rrspfr=1), run("00:30:00", 0)]
    write(tmp_path, "np3_965_er__esrs", "04-FEB-26", runs)
    (tmp_path / "cdr.00024898.0000000000000000.20251206.001700.MCPC15MinNP6331.csv").write_text(
        "DeliveryDate,DeliveryHour,DeliveryInterval,RepeatedHourFlag,ASType,MCPC\n"
        "12/06/2025,1,1,N,REGUP,10\n12/06/2025,1,1,N,RRS,20\n"
        "12/06/2025,1,2,N,REGUP,30\n12/06/2025,1,2,N,RRS,40\n"
    )
    warehouse.land_folder(tmp_path)
    warehouse.build("+fct_bess_revenue_lines")
    # RegUp: no award of 8, a quarter of an hour each. Reserve of the first quarter: 4 MW for 300 s
    # and 6 MW for 585 s are 5.322 MW, 1.322 more than day ahead; of the second: 3 + 1 = 4, no line.
    assert warehouse.sql(
        "select revenue_line, round(quantity, 6), price, evidence_code "
        "from marts.fct_bess_revenue_lines "
        "where market_date = '2025-12-06' and side = 'ESR' and price is not null "
        "and revenue_line like 'RT_R%' order by 1, 3"
    ) == [
        ("RT_REGUP", -2.0, 10.0, "DISCLOSED_IN_PART"),
        ("RT_REGUP", -2.0, 30.0, "DISCLOSED"),
        ("RT_RRS", round((4 * 300 + 6 * 585 - 4 * 885) / 885 / 4, 6), 20.0, "DISCLOSED_IN_PART"),
    ]


def test_days_of_a_load_alone_are_in_every_total(warehouse, tmp_path):
    """A load with awards on a day that its battery lacks, and after the two became one."""
    write(
        tmp_path,
        "np3_966_er__gen_resources",
        "31-MAR-25",
        [gen(1, awarded_quantity=2), gen(1, resource="SITEB_BES1", awarded_quantity=1)],
    )
    write(
        tmp_path,
        "np3_966_er__load_resources",
        "31-MAR-25",
        [
            load(1, "SITEA_LD1", regdown_awarded=6, regdown_mcpc=2),
            load(1, "SITEA_LD1", day="01/31/2025", regdown_awarded=3, regdown_mcpc=5),
            load(2, "SITEA_LD1", day="01/31/2025", nonspin_awarded=1, nonspin_mcpc=4),
            load(3, "SITEA_LD1", day="01/31/2025", regdown_awarded=0, regdown_mcpc=5),
            load(1, "SITEA_LD1", day="12/04/2025", regdown_awarded=1, regdown_mcpc=8),
            load(1, "SITEA_LD1", day="12/05/2025", regdown_awarded=7, regdown_mcpc=10),
            load(2, "SITEA_LD1", day="12/05/2025", nonspin_awarded=1, nonspin_mcpc=9),
            load(3, "SITEA_LD1", day="12/05/2025", regdown_awarded=0, regdown_mcpc=9),
        ],
    )
    telemetry = {"resource_name": "SITEA_BES1", "resource_type": "PWRSTR"}
    # alone on its day: known to be there, not known to have earned
    at = {"sced_timestamp": "02/01/2025 00:00:00", "repeated_hour_flag": "N"}
    runs = [at | telemetry | {"telemetered_net_output": 1}]
    write(tmp_path, "np3_965_er__gen_resources", "31-MAR-25", runs)
    taken = [at | {"resource_name": "SITEA_LD1", "real_power_consumption": 4}]
    write(tmp_path, "np3_965_er__load_resources", "31-MAR-25", taken)
    warehouse.land_folder(tmp_path)
    warehouse.build("+rpt_bess_fleet_monthly", "+fct_bess_exceptions", "+fct_reconciliations")
    daily = (
        "select resource, strftime(market_date, '%m-%d'), dam_energy_amount, dam_regdn_amount, "
        "dam_nspin_amount, amount, award_hour_count, capacity_mw "
        "from marts.rpt_bess_revenue_daily order by all"
    )
    assert warehouse.sql(daily) == [
        ("SITEA_BES1", "01-30", 40.0, 12.0, 0.0, 52.0, 1, 10.0),
        ("SITEA_BES1", "01-31", 0.0, 15.0, 4.0, 19.0, 0, None),
        ("SITEA_BES1", "02-01", None, None, None, None, 0, None),
        ("SITEA_BES1", "12-04", 0.0, 8.0, 0.0, 8.0, 0, None),
        ("SITEB_BES1", "01-30", 20.0, 0.0, 0.0, 20.0, 1, 10.0),
    ]
    # SITEA's January is 52 + 19; February has telemetry alone
    assert warehouse.sql(
        "select resource, strftime(month, '%m'), amount, day_count "
        "from marts.rpt_bess_revenue_monthly order by all"
    ) == [
        ("SITEA_BES1", "01", 71.0, 2),
        ("SITEA_BES1", "02", None, 0),
        ("SITEA_BES1", "12", 8.0, 1),
        ("SITEB_BES1", "01", 20.0, 1),
    ]
    assert warehouse.sql(
        "select strftime(month, '%m'), all_amount, left_out_count "
        "from marts.rpt_bess_fleet_monthly order by all"
    ) == [("01", 91.0, 2), ("12", 8.0, 1)]
    assert warehouse.sql("select sum(amount) from marts.fct_bess_revenue_lines") == [(99.0,)]
    # 7 x 10 + 1 x 9, in two hours with an award
    assert warehouse.sql(
        "select resource, reason_code, interval_count, battery, amount_left_out, candidates "
        "from marts.fct_bess_exceptions where market_date >= '2025-12-05'"
    ) == [("SITEA_LD1", "LOAD_AFTER_PAIR", 2, None, 79.0, "SITEA_BES1")]
    # per day, per month and per fleet: all of them were compared, and hold
    mine = (
        "select check_name, strftime(market_date, '%m-%d'), expected, compared_count, is_within "
        "from marts.fct_reconciliations where check_name in ('bess_daily_amounts', "
        "'bess_monthly_amounts', 'bess_fleet_amount') and market_date >= '2025-12-01' "
        "or check_name = 'bess_fleet_amount' order by all"
    )
    assert warehouse.sql(mine) == [
        ("bess_daily_amounts", "12-04", 8.0, 1, True),
        ("bess_fleet_amount", "01-01", 91.0, 1, True),
        ("bess_fleet_amount", "02-01", 0.0, 1, True),
        ("bess_fleet_amount", "12-01", 8.0, 1, True),
        ("bess_monthly_amounts", "12-01", 8.0, 1, True),
    ]
    # a rollup that lost a dollar, and one that lost a battery, stop the build
    ours = "assert_our_own_figures_reconcile"
    assert warehouse.dbt("test", ours).ok
    warehouse.sql(
        "update marts.rpt_bess_revenue_daily set amount = amount - 1, _built_at = now() "
        "where market_date = '2025-12-04'"
    )
    warehouse.sql("delete from marts.rpt_bess_revenue_daily where resource = 'SITEB_BES1'")
    warehouse.sql("update marts.rpt_bess_revenue_daily set _built_at = now()")
    warehouse.build("fct_reconciliations")
    assert warehouse.sql(
        "select strftime(market_date, '%m-%d'), expected, actual from marts.fct_reconciliations "
        "where check_name = 'bess_daily_amounts' and not is_within order by 1"
    ) == [("01-30", 20.0, 0.0), ("12-04", 8.0, 7.0)]
    assert not warehouse.dbt("test", ours).ok
