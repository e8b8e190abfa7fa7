"""Which days are settled, which batteries enter the index, and how often they cycled."""

from __future__ import annotations

import pytest

from tests.dbt_builds.disclosures import write
from tests.dbt_builds.test_bess_lines import gen, load

pytestmark = pytest.mark.slow

ESRS = ("FULL_ESR1", "EDGE_ESR1", "LESS_ESR1")


def run(day: str, clock: str, resource: str, **cells) -> dict:
    return {
        "sced_timestamp": f"{day} {clock}:00",
        "repeated_hour_flag": "N",
        "resource_name": resource,
        **cells,
    }


def hours(day: str) -> list[int]:
    """Hours ending; the spring day has no third."""
    return [hour for hour in range(1, 25) if (day, hour) != ("03/08/2026", 3)]


def held(day: str, until: str, resource: str, **cells) -> list[dict]:
    """Runs every half hour, for which a reading holds, from midnight to before `until`."""
    clocks = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]
    if day == "03/08/2026":
        clocks = [clock for clock in clocks if clock[:2] != "02"]
    return [run(day, clock, resource, **cells) for clock in clocks if clock < until]


def prices(folder, days: list[str]) -> None:
    """Real-time prices."""
    lines = [
        f"{day},{hour},{quarter},SITEA_RN,RN,40,N"
        for day in days
        for hour in hours(day)
        for quarter in (1, 2, 3, 4)
    ]
    header = (
        "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
        "SettlementPointPrice,DSTFlag"
    )
    (folder / f"SPPHLZNP6905_{days[0][-4:]}.csv").write_text("\n".join([header, *lines]) + "\n")


def single_model(folder) -> None:
    """March 2026: awards on 31 days, telemetry on 25, which is four of five.

    Of 24 hours 95 % are 22:48. FULL delivers 3 MW until 22:47, which is 68.35 MWh, and is there to
    the end; EDGE is there until 22:48, LESS until 22:47. On the 8th, of 23 hours, 95 % are 21:51,
    which is 22:51 on the clock.
    """
    days = [f"03/{day:02}/2026" for day in range(1, 32)]
    kind = {"resource_type": "ESR"}
    rows = [
        gen(hour, day, name, **kind, awarded_quantity=1)
        for day in days
        for name in ESRS
        for hour in hours(day)
    ]
    write(folder, "np3_966_er__esrs", "31-MAY-26", rows)
    runs = []
    for day in days[:25]:
        less, edge = ("22:50", "22:51") if day == "03/08/2026" else ("22:47", "22:48")
        full = {"resource": "FULL_ESR1", "maximum_soc": 10, **kind}
        taking = {"telemetered_net_output": -1, **kind}
        runs += [
            *held(day, less, telemetered_net_output=3, **full),
            run(day, less, telemetered_net_output=0, **full | {"maximum_soc": 13.67}),
            *(run(day, at, telemetered_net_output=0, **full) for at in (edge, "23:15", "23:45")),
            *held(day, edge, "EDGE_ESR1", maximum_soc=0, **taking),
            run(day, less, "EDGE_ESR1", maximum_soc=0, **taking),
            *held(day, less, "LESS_ESR1", **taking),
        ]
    write(folder, "np3_965_er__esrs", "31-MAY-26", runs)
    prices(folder, days)


def two_sides(folder) -> None:
    """January 2025, likewise: SITEA without its load on one day, LONELY without a load at all."""
    days = [f"01/{day:02}/2025" for day in range(1, 32)]
    names = ("SITEA_BES1", "LONELY_BES1")
    rows = [
        gen(hour, day, name, awarded_quantity=1)
        for day in days
        for name in names
        for hour in hours(day)
    ]
    write(folder, "np3_966_er__gen_resources", "31-MAR-25", rows)
    write(folder, "np3_966_er__load_resources", "31-MAR-25", [load(1, "SITEA_LD1", days[0])])
    runs = [
        row
        for day in days[:25]
        for name in names
        for row in held(day, "24", name, telemetered_net_output=1, resource_type="PWRSTR")
    ]
    write(folder, "np3_965_er__gen_resources", "31-MAR-25", runs)
    taken = [
        row
        for day in days[:25]
        if day != "01/03/2025"
        for row in held(day, "24", "SITEA_LD1", real_power_consumption=2)
    ]
    write(folder, "np3_965_er__load_resources", "31-MAR-25", taken)
    prices(folder, days)


def test_days_settle_by_time_and_missing_ones_do_not_empty_the_index(warehouse, tmp_path):
    single_model(tmp_path)
    two_sides(tmp_path)
    warehouse.land_folder(tmp_path)
    warehouse.build("+rpt_bess_fleet_monthly")
    daily = (
        "select resource, covered_seconds, round(completeness, 6), is_settled, "
        "round(discharged_mwh, 6), storage_mwh, round(cycles, 6), has_charging_side "
        "from marts.rpt_bess_revenue_daily where market_date = '2026-03-{}' order by resource"
    )
    # 22:48 are 82,080 s; a minute less is 0.949306 of the day
    assert warehouse.sql(daily.format("07")) == [
        ("EDGE_ESR1", 82080, 0.95, True, 0.0, None, None, True),
        ("FULL_ESR1", 86400, 1.0, True, 68.35, 13.67, 5.0, True),
        ("LESS_ESR1", 82020, 0.949306, False, 0.0, None, None, True),
    ]
    # 21:51 are 78,660 s of 82,800; 3 MW for 21:50 are 65.5 MWh
    assert warehouse.sql(daily.format("08")) == [
        ("EDGE_ESR1", 78660, 0.95, True, 0.0, None, None, True),
        ("FULL_ESR1", 82800, 1.0, True, 65.5, 13.67, round(65.5 / 13.67, 6), True),
        ("LESS_ESR1", 78600, 0.949275, False, 0.0, None, None, True),
    ]
    assert warehouse.sql(daily.format("26"))[0] == (
        "EDGE_ESR1", 0, 0.0, False, None, None, None, None,
    )  # fmt: skip
    cycles = round(24 * 5 + 65.5 / 13.67, 6)
    assert warehouse.sql(
        "select resource, day_count, settled_day_count, has_charging_side, storage_mwh, "
        "round(cycles, 6) from marts.rpt_bess_revenue_monthly order by month, resource"
    ) == [
        ("LONELY_BES1", 31, 25, False, None, None),
        ("SITEA_BES1", 31, 25, True, None, None),
        ("EDGE_ESR1", 31, 25, True, None, None),
        ("FULL_ESR1", 31, 25, True, 13.67, cycles),
        ("LESS_ESR1", 31, 0, True, None, None),
    ]
    assert warehouse.sql(
        "select member_count, left_out_count, small_count, unsettled_count, one_sided_count, "
        "unpriced_count, round(cycles, 6) from marts.rpt_bess_fleet_monthly order by month"
    ) == [(1, 1, 0, 0, 1, 0, None), (2, 1, 0, 1, 0, 0, cycles)]
