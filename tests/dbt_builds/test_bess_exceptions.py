"""What is in no battery's account, and why, against cases made by hand."""

from __future__ import annotations

import pytest

from tests.dbt_builds.disclosures import write

pytestmark = pytest.mark.slow

DAY, POSTED = "01/30/2025", "31-MAR-25"
# a load is priced at the point that the award of its battery names
MOVING = {"STRAND": 2, "NOPOINT": 1}
SHOWN = """
    select resource, side, reason_code, interval_kind, interval_count, battery, amount_left_out,
        candidates
    from marts.fct_bess_exceptions where market_date = '{}' order by all
"""


def award(resource: str, point: str | None = None, **cells):
    """The first hour of a battery in the day-ahead disclosure; it sold 1 MW at 20."""
    return {
        "delivery_date": DAY,
        "hour_ending": 1,
        "resource_name": resource,
        "resource_type": "PWRSTR",
        "settlement_point_name": f"{resource.partition('_')[0]}_RN" if point is None else point,
        "energy_settlement_point_price": 20,
        "awarded_quantity": 1,
        "hsl": 10,
        **cells,
    }


def load(resource: str, **cells):
    return {"delivery_date": DAY, "hour_ending": 1, "resource_name": resource, **cells}


def at(clock: str, resource: str, mw: float | None = None, **cells):
    """A row of a dispatch run."""
    row = {"sced_timestamp": f"{DAY} {clock}", "repeated_hour_flag": "N", "resource_name": resource}
    output = {} if mw is None else {"telemetered_net_output": mw, "resource_type": "PWRSTR"}
    return row | output | cells


def prices(folder, name: str, *points: str, day: str = DAY) -> None:
    """Real-time prices of the four quarters of the day's first hour."""
    lines = [f"{day},1,{quarter},{point},RN,40,N" for point in points for quarter in (1, 2, 3, 4)]
    header = (
        "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
        "SettlementPointPrice,DSTFlag"
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"SPPHLZNP6905_{name}.csv").write_text("\n".join([header, *lines]) + "\n")


def test_each_reason_stands_beside_what_it_concerns(warehouse, tmp_path):
    points = ["CLEAN", "TWIN", "OFF", "STRAND", "GHOST"]
    write(
        tmp_path,
        "np3_966_er__gen_resources",
        POSTED,
        [
            award("CLEAN_BES1"),
            award("TWIN_BESA"),
            award("TWIN_BESB"),
            award("NOPOINT_BES1", point="", energy_settlement_point_price="", awarded_quantity=2),
            award("OFF_BES1", hsl=0),
            award("QUIET_BES1"),
            award("NOPRICE_BES1"),
            award("STRAND_BES1"),
        ],
    )
    write(
        tmp_path,
        "np3_966_er__load_resources",
        POSTED,
        [
            load("CLEAN_LD1", regdown_awarded=6, regdown_mcpc=2),
            # which of two batteries without numbers?
            load("TWIN_LD1", regdown_awarded=5, regdown_mcpc=2, nonspin_awarded=1, nonspin_mcpc=3),
            load("MINER_LD1", regup_awarded=4, regup_mcpc="1.5"),
            # a product of loads that are not controllable, and one without awards
            load("MINER_LD2", rrsufr_awarded=9, rrs_mcpc=3),
            load("MINER_LD3"),
            load("STRAND_LD1"),
            *(load(f"{site}_LD1") for site in ("NOPOINT", "OFF", "QUIET", "NOPRICE")),
        ],
    )
    write(
        tmp_path,
        "np3_965_er__gen_resources",
        POSTED,
        [
            *(at("00:00:00", f"{site}_BES1", 3) for site in ("CLEAN", "NOPOINT", "NOPRICE")),
            at("00:00:00", "OFF_BES1", 0),
            *(at("00:00:00", f"TWIN_BES{letter}", 3) for letter in "AB"),
            at("00:00:00", "GHOST_BES1", 3),
            at("00:00:00", "STRAND_BES1", 3),
            # in the second run of the hour it is missing, but its load is not; all others go on
            *(at("00:30:00", f"{site}_BES1", 3) for site in ("CLEAN", "NOPOINT", "NOPRICE")),
            at("00:30:00", "OFF_BES1", 0),
            *(at("00:30:00", f"TWIN_BES{letter}", 3) for letter in "AB"),
            at("00:30:00", "GHOST_BES1", 3),
        ],
    )
    write(
        tmp_path,
        "np3_965_er__load_resources",
        POSTED,
        [
            *(
                at(clock, f"{site}_LD1", real_power_consumption=MOVING.get(site, 0))
                for clock in ("00:00:00", "00:30:00")
                for site in ("CLEAN", "STRAND", "NOPOINT", "OFF", "NOPRICE")
            ),
            # a run of others' ends the hour
            at("01:00:00", "MINER_LD3", real_power_consumption=0),
        ],
    )
    prices(tmp_path, "20250130_0100", *(f"{point}_RN" for point in points))
    warehouse.land_folder(tmp_path)
    warehouse.build("+fct_bess_exceptions")
    no_price = ("NOPRICE_BES1", "GEN", "NO_RT_PRICE", "QUARTER", 4, "NOPRICE_BES1", None, None)
    found = warehouse.sql(SHOWN.format("2025-01-30"))
    assert no_price in found
    rest = [
        ("GHOST_BES1", "GEN", "BATTERY_UNPAIRED", "HOUR", 1, "GHOST_BES1", None, None),
        ("GHOST_BES1", "GEN", "TELEMETRY_WITHOUT_AWARD", "QUARTER", 4, "GHOST_BES1", None, None),
        ("MINER_LD1", "LOAD", "LOAD_UNPAIRED", "HOUR", 1, None, 6.0, None),
        ("NOPOINT_BES1", "GEN", "NO_DAM_PRICE", "LINE", 1, "NOPOINT_BES1", None, None),
        ("NOPOINT_BES1", "GEN", "NO_SETTLEMENT_POINT", "HOUR", 1, "NOPOINT_BES1", None, None),
        ("NOPOINT_LD1", "LOAD", "CHARGE_UNSETTLED", "QUARTER", 4, "NOPOINT_BES1", None, None),
        ("OFF_BES1", "GEN", "ZERO_POWER", "HOUR", 1, "OFF_BES1", None, None),
        ("QUIET_BES1", "GEN", "AWARD_WITHOUT_TELEMETRY", "HOUR", 1, "QUIET_BES1", None, None),
        ("QUIET_LD1", "LOAD", "AWARD_WITHOUT_TELEMETRY", "HOUR", 1, "QUIET_BES1", None, None),
        ("STRAND_BES1", "GEN", "AWARD_WITHOUT_TELEMETRY", "HOUR", 1, "STRAND_BES1", None, None),
        ("TWIN_BESA", "GEN", "BATTERY_UNPAIRED", "HOUR", 1, "TWIN_BESA", None, None),
        ("TWIN_BESB", "GEN", "BATTERY_UNPAIRED", "HOUR", 1, "TWIN_BESB", None, None),
        ("TWIN_LD1", "LOAD", "LOAD_AMBIGUOUS", "HOUR", 1, None, 13.0, "TWIN_BESA, TWIN_BESB"),
    ]
    assert [row for row in found if row != no_price] == rest
    # a price that comes later takes its exception away, and no other
    prices(tmp_path / "later", "20250130_0115", "NOPRICE_RN")
    warehouse.land_folder(tmp_path / "later")
    warehouse.build("+fct_bess_exceptions")
    assert warehouse.sql(SHOWN.format("2025-01-30")) == rest


def test_the_last_exception_of_a_day_goes_too(warehouse, tmp_path):
    """Real-time ancillary imbalance of the single model, whose clearing price comes later."""
    day = "12/06/2025"
    esr = {"resource_type": "ESR", "delivery_date": day}
    write(tmp_path, "np3_966_er__esrs", "04-FEB-26", [award("SITEA_ESR1", **esr)])
    telemetry = {"resource_type": "ESR", "as_award_regup": 2, "as_award_ecrs": 0}
    write(
        tmp_path,
        "np3_965_er__esrs",
        "04-FEB-26",
        [
            at("00:00:00", "SITEA_ESR1", 1, **telemetry)
            | {"sced_timestamp": f"{day} {clock}", "resource_name": resource}
            for clock, resource in [
                ("00:00:00", "SITEA_ESR1"),
                ("00:30:00", "SITEA_ESR1"),
                ("01:00:00", "OTHER_ESR1"),
            ]
        ],
    )
    prices(tmp_path, "20251206_0100", "SITEA_RN", day=day)
    warehouse.land_folder(tmp_path)
    warehouse.build("+fct_bess_exceptions")
    of_it = (
        "select reason_code, interval_count from marts.fct_bess_exceptions where resource = '{}'"
    )
    assert warehouse.sql(of_it.format("SITEA_ESR1")) == [("NO_RT_CAPACITY_PRICE", 4)]
    # no other run comes: held for half an hour
    assert warehouse.sql(of_it.format("OTHER_ESR1")) == [("TELEMETRY_WITHOUT_AWARD", 2)]
    header = "DeliveryDate,DeliveryHour,DeliveryInterval,ASType,MCPC,RepeatedHourFlag\n"
    lines = [f"{day},1,{quarter},REGUP,5,N" for quarter in (1, 2, 3, 4)]
    later = tmp_path / "later"
    later.mkdir()
    (later / "NP6331_20251206_0100.csv").write_text(header + "\n".join(lines) + "\n")
    warehouse.land_folder(later)
    warehouse.build("+fct_bess_exceptions")
    assert warehouse.sql(of_it.format("SITEA_ESR1")) == []
    assert warehouse.sql(
        "select sum(amount) from marts.fct_bess_revenue_lines where revenue_line = 'RT_REGUP'"
    ) == [(10.0,)]
