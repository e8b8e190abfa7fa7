"""ERCOT's prices joined for models, against figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

pytestmark = pytest.mark.slow

LMP = "SCEDTimestamp,RepeatedHourFlag,SettlementPoint,LMP\n"
ADDERS = "SCEDTimestamp,RepeatedHourFlag,SystemLambda,{},RTOLHSL\n"


@pytest.fixture
def land(warehouse, tmp_path):
    """Lands files given as {name: text}, in one load."""
    folders = iter(range(100))

    def landed(files: dict[str, str]) -> None:
        folder = tmp_path / f"files_{next(folders)}"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
        warehouse.land_folder(folder)

    return landed


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_run_brings_its_parts_together_and_lacks_what_is_not_there(warehouse, land):
    land(
        {
            "LMPSROSNODENP6788_20260907_114017.csv": LMP
            + "09/07/2026 11:40:17,N,HB_NORTH,30.5\n09/07/2026 11:40:17,N,A_RN,-4.25\n",
            "SCEDSYSLAMBDANP6322_20260907_114017.csv": (
                "SCEDTimeStamp,RepeatedHourFlag,CappedSystemLambda,UncappedSystemLambda\n"
                "09/07/2026 11:40:17,N,28.25,29\n"
            ),
            "NP6323_20260907_114017.csv": ADDERS.format("RTRDPA")
            + "09/07/2026 11:40:17,N,99,1.5,100000\n",
            "NP6332_20260907_114017.csv": (
                "SCEDTimestamp,RepeatedHourFlag,ASType,CappedMCPC,UncappedMCPC\n"
                "09/07/2026 11:40:17,N,REGUP,3,4\n09/07/2026 11:40:17,N,ECRS,.01,.01\n"
            ),
            # of this run no other feed tells
            "LMPSROSNODENP6788_20260907_114518.csv": LMP + "09/07/2026 11:45:18,N,A_RN,7\n",
            # the last run of a day holds past midnight, where it is no run of its own
            "LMPSROSNODENP6788_20260907_235600.csv": LMP + "09/07/2026 23:56:00,N,A_RN,8\n",
            "LMPSROSNODENP6788_20260908_000100.csv": LMP + "09/08/2026 00:01:00,N,A_RN,9\n",
            # before RTC+B scarcity was an adder, and clearing prices of runs were trials
            "LMPSROSNODENP6788_20250801_120000.csv": LMP + "08/01/2025 12:00:00,N,A_RN,40\n",
            "NP6323_20250801_120000.csv": ADDERS.format("RTORPA,RTORDPA")
            + "08/01/2025 12:00:00,N,38,10,2,90000\n",
            "NP6332_20250801_120000.csv": (
                "SCEDTimestamp,RepeatedHourFlag,ASType,MCPC\n08/01/2025 12:00:00,N,REGUP,3\n"
            ),
        }
    )
    warehouse.build("+features__lmp_target")
    shown = (
        "select location, run_at, price, energy_price, congestion_price, adder_price, "
        "scarcity_adder_price, reliability_adder_price, regup_price, ecrs_price, nspin_price "
        "from features.lmp_target order by run_at, location"
    )
    none, at = [None] * 8, utc(2026, 9, 7, 16, 40, 17)
    before = [
        ("A_RN", utc(2025, 8, 1, 17), 40.0, None, None, 12.0, 10.0, 2.0, None, None, None),
        ("A_RN", at, -4.25, 28.25, -32.5, 1.5, None, 1.5, 3.0, 0.01, None),
        ("HB_NORTH", at, 30.5, 28.25, 2.25, 1.5, None, 1.5, 3.0, 0.01, None),
    ]
    after = [
        ("A_RN", utc(2026, 9, 8, 4, 56), 8.0, *none),
        ("A_RN", utc(2026, 9, 8, 5, 1), 9.0, *none),
    ]
    alone = ("A_RN", utc(2026, 9, 7, 16, 45, 18), 7.0)
    assert warehouse.sql(shown) == [*before, (*alone, *none), *after]
    # the system lambda of a run comes later: it completes the row, in that day alone
    land(
        {
            "SCEDSYSLAMBDANP6322_20260907_114518.csv": (
                "SCEDTimeStamp,RepeatedHourFlag,SystemLambda\n09/07/2026 11:45:18,N,5\n"
            )
        }
    )
    warehouse.build("+features__lmp_target")
    assert warehouse.sql(shown) == [*before, (*alone, 5.0, 2.0, *none[2:]), *after]
    stamps = warehouse.sql(
        "select market_date, count(distinct _built_at), max(_built_at) "
        "from marts.fct_dispatch_run_prices group by all order by all"
    )
    assert [count for _, count, _ in stamps] == [1, 1, 1] and stamps[0][2] < stamps[1][2]


def test_a_run_shows_each_of_its_constraints(warehouse, land):
    land(
        {
            "SCEDBTCNP686_20260907.csv": (
                "SCEDTimeStamp,RepeatedHourFlag,ConstraintID,ConstraintName,ContingencyName,"
                "ShadowPrice,MaxShadowPrice,Limit,Value,ViolatedMW,FromStation,ToStation,"
                "FromStationkV,ToStationkV,CCTStatus\n"
                "09/07/2026 11:55:19,N,1,LINE_1,OUT_5,14.5,3500,389.2,391.7,2.5,A,B,138,138,"
                "NONCOMP\n"
                "09/07/2026 11:55:19,N,2,N_TO_H,BASE CASE,0,5251,5468,5067.1,-401,,,0,0,COMP\n"
                "09/07/2026 11:50:19,N,1,LINE_1,OUT_5,20,3500,389.2,389.2,0,A,B,138,138,NONCOMP\n"
            ),
            # the day-ahead market has constraints too, but no runs
            "DAMSHADOWPRICESNP4191_20260907.csv": (
                "DeliveryDate,HourEnding,ConstraintID,ConstraintName,ContingencyName,"
                "ConstraintLimit,ConstraintValue,ViolationAmount,ShadowPrice,FromStation,"
                "ToStation,FromStationkV,ToStationkV,DeliveryTime,DSTFlag\n"
                "09/07/2026,12:00,1,LINE_1,OUT_5,389.2,389.2,0,9,A,B,138,138,"
                "09/07/2026 11:00:00,N\n"
            ),
        }
    )
    warehouse.build("+features__sced_mu")
    first, second = utc(2026, 9, 7, 16, 50, 19), utc(2026, 9, 7, 16, 55, 19)
    end = utc(2026, 9, 7, 17, 0, 19)
    assert warehouse.sql("select count(*) from marts.fct_constraint_intervals") == [(4,)]
    assert warehouse.sql(
        "select run_at, run_ends_at, constraint_name, contingency_name, shadow_price, limit_mw, "
        "flow_mw, violation_mw, is_binding from features.sced_mu order by all"
    ) == [
        (first, second, "LINE_1", "OUT_5", 20.0, 389.2, 389.2, 0.0, True),
        (second, end, "LINE_1", "OUT_5", 14.5, 389.2, 391.7, 2.5, True),
        (second, end, "N_TO_H", "BASE CASE", 0.0, 5468.0, 5067.1, 0.0, False),
    ]


def quarters(hour: int, prices: dict[int, float], day: str, kind: str = "RN", flag: str = "N"):
    point = "LZ_A" if kind.startswith("LZ") else "A_RN"
    return [f"{day},{hour},{q},{point},{kind},{price},{flag}" for q, price in prices.items()]


def test_an_hour_of_real_time_stands_against_the_day_ahead(warehouse, land):
    def spp(*lines: list[str]) -> str:
        header = (
            "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
            "SettlementPointPrice,DSTFlag\n"
        )
        return header + "\n".join(line for block in lines for line in block) + "\n"

    # the autumn day: hour ending 2 is there twice, and the flag tells which quarter is whose
    day = "11/01/2026"
    land(
        {
            "DAMSPNP4190_20261101.csv": (
                "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"
                f"{day},01:00,A_RN,20,N\n{day},02:00,A_RN,30,N\n{day},02:00,A_RN,-5,Y\n"
                f"{day},03:00,A_RN,25,N\n{day},01:00,LZ_A,22,N\n"
            ),
            "SPPHLZNP6905_20261101_0115.csv": spp(
                quarters(1, {1: 10, 2: 20, 3: 30, 4: 60.4}, day),
                quarters(2, {1: 1, 2: 2, 3: 3, 4: 4}, day),
                quarters(2, {1: -10, 2: -20, 3: -30, 4: -40}, day, flag="Y"),
                # a quarter is missing, and of hour 4 there is nothing day ahead
                quarters(3, {1: 40, 2: 50, 4: 60}, day),
                quarters(4, {1: 7}, day),
                quarters(1, {1: 1, 2: 1, 3: 1, 4: 1}, day, "LZ"),
                quarters(1, {1: 2, 2: 2, 3: 2, 4: 4}, day, "LZEW"),
            ),
        }
    )
    warehouse.build("+features__dart_spread")
    hours = (
        "select location_type, strftime(interval_start, '%H:%M'), day_ahead_price, "
        "real_time_price, real_time_count, spread from marts.fct_dart_spread_intervals order by all"
    )
    first = [
        ("NODE", "05:00", 20.0, 30.1, 4, 10.1),
        ("NODE", "06:00", 30.0, 2.5, 4, -27.5),
        ("NODE", "07:00", -5.0, -25.0, 4, -20.0),
    ]
    last = [
        ("NODE", "09:00", None, 7.0, 1, None),
        ("ZONE", "05:00", 22.0, 1.0, 4, -21.0),
        ("ZONE_EW", "05:00", 22.0, 2.5, 4, -19.5),
    ]

    def rounded(query: str) -> list[tuple]:
        rows = warehouse.sql(query)
        return [tuple(round(c, 9) if isinstance(c, float) else c for c in row) for row in rows]

    assert rounded(hours) == [*first, ("NODE", "08:00", 25.0, 50.0, 3, None), *last]
    assert rounded(
        "select strftime(interval_start, '%H:%M'), strftime(hour_start, '%H:%M'), spread, "
        "hour_spread, hour_real_time_count from features.dart_spread "
        "where location_type = 'NODE' and hour_start >= '2026-11-01 07:00:00+00' order by all"
    ) == [
        ("07:00", "07:00", -5.0, -20.0, 4),
        ("07:15", "07:00", -15.0, -20.0, 4),
        ("07:30", "07:00", -25.0, -20.0, 4),
        ("07:45", "07:00", -35.0, -20.0, 4),
        ("08:00", "08:00", 15.0, None, 3),
        ("08:15", "08:00", 25.0, None, 3),
        ("08:45", "08:00", 35.0, None, 3),
        ("09:00", "09:00", None, None, 1),
    ]
    # the quarter that was missing comes, and the hour has a spread
    land({"SPPHLZNP6905_20261101_0345.csv": spp(quarters(3, {3: 70}, day))})
    warehouse.build("+features__dart_spread")
    assert rounded(hours) == [*first, ("NODE", "08:00", 25.0, 55.0, 4, 30.0), *last]


REGIONS = ("SYSTEM_WIDE", "PANHANDLE", "COASTAL", "SOUTH", "WEST", "NORTH")
OF_A_REGION = ("GEN_{}", "COP_HSL_{}", "STWPF_{}", "WGRPP_{}")
WIND = ",".join(
    [
        "DELIVERY_DATE,HOUR_ENDING",
        *(name.format(region) for region in REGIONS for name in OF_A_REGION),
        "SYSTEM_WIDE_HSL,DSTFlag\n",
    ]
).replace("GEN_SYSTEM_WIDE", "SYSTEM_WIDE_GEN")


def wind_files(postings: dict[str, dict[str, tuple[str, str]]]) -> dict[str, str]:
    """Files of NP4-742-CD by the minute of their posting: hour ending -> actual and forecast."""
    return {
        f"cdr.00014787.0000000000000000.20260907.{at}00000.WPPHRLYACTFCASTGEONP4742.csv": WIND
        + "".join(
            f"09/07/2026,{hour}," + f"{actual},1,{forecast},1," * len(REGIONS) + "1,N\n"
            for hour, (actual, forecast) in hours.items()
        )
        for at, hours in postings.items()
    }


def test_the_operators_newest_forecast_stays_known_where_postings_stop(warehouse, land):
    """All postings up to seven hours ahead, and of those further ahead the newest."""
    land(
        wind_files(
            {
                "0055": {"10": ("", "100"), "20": ("", "200")},
                "0155": {"10": ("", "101"), "20": ("", "201")},
                "0255": {"10": ("", "102"), "20": ("", "202")},
                "0355": {"10": ("", "103")},
            }
        )
    )
    warehouse.build("+features__zone_forecasts")
    found = warehouse.sql(
        "select interval_start, issued_at, forecast_mw from features.zone_forecasts "
        "where zone = 'SOUTH' and quantity = 'WIND' order by 1, 2"
    )
    ten, twenty = utc(2026, 9, 7, 14), utc(2026, 9, 8)
    assert found == [
        (ten, utc(2026, 9, 7, 6, 55), 101.0),  # of the two further ahead
        (ten, utc(2026, 9, 7, 7, 55), 102.0),
        (ten, utc(2026, 9, 7, 8, 55), 103.0),
        (twenty, utc(2026, 9, 7, 7, 55), 202.0),
    ]


def test_a_later_measurement_does_not_change_when_an_hour_was_known(warehouse, land):
    land(
        wind_files(
            {
                "0255": {"02": ("50", "")},
                "0355": {"02": ("50", ""), "03": ("60", "")},
                "0955": {"02": ("55", ""), "03": ("60", "")},
            }
        )
    )
    warehouse.build("+features__zone_actuals")
    found = warehouse.sql(
        "select interval_start, actual_mw, published_at, first_published_at "
        "from features.zone_actuals where zone = 'SOUTH' and quantity = 'WIND' order by 1"
    )
    at = {hour: utc(2026, 9, 7, hour + 5, 55) for hour in (2, 3, 9)}
    assert found == [
        (utc(2026, 9, 7, 6), 55.0, at[9], at[2]),
        (utc(2026, 9, 7, 7), 60.0, at[3], at[3]),
    ]
