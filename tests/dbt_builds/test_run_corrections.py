"""ERCOT's corrections of dispatch runs: shadow prices, locational prices, clearing prices."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

pytestmark = pytest.mark.slow

CONSTRAINTS = {  # posted at 10:00 Central, 15:00 UTC
    "cdr.00012302.0000000000000000.20260830.100000.SCEDBTCNP686_20260830_100000.csv": (
        "SCEDTimeStamp,RepeatedHourFlag,ConstraintID,ConstraintName,ContingencyName,ShadowPrice,"
        "MaxShadowPrice,Limit,Value,ViolatedMW,FromStation,ToStation,FromStationkV,ToStationkV,"
        "CCTStatus\n"
        "08/30/2026 09:25:18,N,1,LINE_1,OUT_5,0,3500,392.9,373.3,-19.6,A,B,138,138,NONCOMP\n"
        "08/30/2026 09:25:18,N,4,LIMIT,BASE CASE,15.34,5251,3939.8,3939.8,0,,,0,0,COMP\n"
        "08/30/2026 09:30:19,N,1,LINE_1,OUT_5,5,3500,392.9,392.9,0,A,B,138,138,NONCOMP\n"
    ),
}
PRICES = {
    "cdr.00012300.0000000000000000.20260830.092530.LMPSROSNODENP6788_20260830_092518.csv": (
        "SCEDTimestamp,RepeatedHourFlag,SettlementPoint,LMP\n"
        "08/30/2026 09:25:18,N,A_RN,16.13\n08/30/2026 09:30:19,N,A_RN,17\n"
    ),
    "cdr.00013114.0000000000000000.20260830.092530.SCEDSYSLAMBDANP6322_20260830_092518.csv": (
        "SCEDTimeStamp,RepeatedHourFlag,CappedSystemLambda,UncappedSystemLambda\n"
        "08/30/2026 09:25:18,N,15.5,15.5\n08/30/2026 09:30:19,N,17,17\n"
    ),
    "cdr.00024891.0000000000000000.20260830.092530.NP6332_20260830_092518.csv": (
        "SCEDTimestamp,RepeatedHourFlag,ASType,CappedMCPC,UncappedMCPC\n"
        "08/30/2026 09:25:18,N,REGDN,.05,.05\n08/30/2026 09:30:19,N,REGDN,.06,.06\n"
    ),
}
POSTED = "cdr.00013045.0000000000000000.20260901.143052.pricecorrection_RTM_"
SPAN = "_20260901_to_20260901_NP4197.csv"
HOLDS = "09/01/2026 16:00:00"
CORRECTIONS = {
    # the minute of the run alone; OUT_9 is in no run
    f"{POSTED}ShadowPrice{SPAN}": (
        "SCEDTimestamp,ConstrID,ConstrName,ContingencyName,ShadowPriceOrig,ShadowPriceCorrected,"
        "LimitOrig,LimitCorrected,ValueOriginal,ValueCorrected,PriceCorrectionTime,DSTFlag\n"
        f"08/30/2026 09:25:00,1,LINE_1,OUT_5,0,2.62,392.9,392.3,373.3,392.3,{HOLDS},N\n"
        f"08/30/2026 09:25:00,4,LIMIT,BASE CASE,15.34,15.67,3939.8,3893.4,3939.8,3893.9,{HOLDS},N\n"
        f"08/30/2026 09:25:00,2,LINE_1,OUT_9,0,7,100,100,90,100,{HOLDS},N\n"
    ),
    f"{POSTED}SPLMP{SPAN}": (
        "SCEDTimestamp,SettlementPoint,LMPOriginal,LMPCorrected,PriceCorrectionTime,DSTFlag\n"
        f"08/30/2026 09:25:18,A_RN,16.13,15.66,{HOLDS},N\n"
    ),
    f"{POSTED}MCPC_SCED{SPAN}": (
        "SCEDTimestamp,ASType,CappedMCPCOriginal,UncappedMCPCOriginal,CappedMCPCCorrected,"
        "UncappedMCPCCorrected,PriceCorrectionTime,RepeatedHourFlag\n"
        f"08/30/2026 09:25:18,REGDN,.05,.05,.03,.04,{HOLDS},N\n"
    ),
}
BEFORE, SINCE = "2026-09-01T15:59:59-05:00", "2026-09-01T16:00:00-05:00"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


RUN_1, RUN_2 = utc(2026, 8, 30, 14, 25, 18), utc(2026, 8, 30, 14, 30, 19)
LISTED, HELD = utc(2026, 8, 30, 15), utc(2026, 9, 1, 21)
# run, constraint, station, shadow price, limit, flow, violation, published
LIMIT = (RUN_1, "LIMIT", None, 15.34, 3939.8, 3939.8, 0.0, LISTED)
LINE = (RUN_1, "LINE_1", "A", 0.0, 392.9, 373.3, 0.0, LISTED)
NEXT = (RUN_2, "LINE_1", "A", 5.0, 392.9, 392.9, 0.0, LISTED)
LIMIT_CORRECTED = (RUN_1, "LIMIT", None, 15.67, 3893.4, 3893.9, 0.5, HELD)
LINE_CORRECTED = (RUN_1, "LINE_1", "A", 2.62, 392.3, 392.3, 0.0, HELD)


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


def test_corrected_shadow_prices_are_revisions(warehouse, land):
    view, left_out = "+features__sced_mu", "+fct_unresolved_rows"
    shown = (
        "select {}, constraint_name, from_station, shadow_price, limit_mw, flow_mw, violation_mw, "
        "published_at from {} order by all"
    )
    mu = shown.format("run_at", "features.sced_mu")
    revisions = shown.format("interval_start", "marts.fct_constraint_intervals_revisions")
    corrected = [LIMIT_CORRECTED, LINE_CORRECTED, NEXT]
    all_of_them = [LIMIT, LIMIT_CORRECTED, LINE, LINE_CORRECTED, NEXT]
    missing = (
        "select staging_model, row_number, market_date, reason from marts.fct_unresolved_rows "
        "order by all"
    )
    staging, day = "stg_ercot__sced_shadow_price_corrections", date(2026, 8, 30)
    none = "no run that landed has the constraint that the row corrects: land NP6-86-CD of the day"

    # corrections of runs that have not landed are in no fact, and listed
    land(CORRECTIONS)
    warehouse.build(view, left_out)
    assert warehouse.sql(mu) == []
    assert warehouse.sql(missing) == [(staging, n, day, none) for n in (1, 2, 3)]
    warned = warehouse.dbt("test", "warn_corrections_without_their_constraint")
    assert warned.ok and len(warned.warnings) == 1 and not warned.rows_lost
    land(CONSTRAINTS)
    warehouse.build(view, left_out)
    assert warehouse.sql(mu) == corrected
    assert warehouse.sql(revisions) == all_of_them
    assert warehouse.sql(missing) == [(staging, 3, day, none)]
    warehouse.build(view, left_out, whole=True)
    assert warehouse.sql(revisions) == all_of_them
    for as_of, rows in {BEFORE: [LIMIT, LINE, NEXT], SINCE: corrected}.items():
        assert warehouse.dbt("run", view, whole=True, as_of=as_of).failures == []
        assert warehouse.sql(mu) == rows


def test_a_correction_that_comes_later_computes_its_day(warehouse, land):
    land(CONSTRAINTS)
    warehouse.build("+features__sced_mu")
    land(CORRECTIONS)
    warehouse.build("+features__sced_mu")
    assert warehouse.sql(
        "select run_at, constraint_name, shadow_price, is_binding from features.sced_mu "
        "order by all"
    ) == [
        (RUN_1, "LIMIT", 15.67, True),
        (RUN_1, "LINE_1", 2.62, True),
        (RUN_2, "LINE_1", 5.0, True),
    ]


def test_corrected_prices_of_a_run_are_revisions(warehouse, land):
    land(PRICES)
    warehouse.build("+features__lmp_target")
    land(CORRECTIONS)
    warehouse.build("+features__lmp_target")
    shown = (
        "select run_at, price, energy_price, round(congestion_price, 6), regdn_price, published_at "
        "from features.lmp_target order by all"
    )
    posted = utc(2026, 8, 30, 14, 25, 30)
    later = (RUN_2, 17.0, 17.0, 0.0, 0.06, posted)
    original = [(RUN_1, 16.13, 15.5, 0.63, 0.05, posted), later]
    # no file corrects the system lambda
    corrected = [(RUN_1, 15.66, 15.5, 0.16, 0.03, HELD), later]
    assert warehouse.sql(shown) == corrected
    assert warehouse.sql(
        "select interval_start, interval_end, revision, price, price_uncapped, published_at "
        "from marts.fct_ancillary_price_intervals_revisions where market = 'RT5M' order by all"
    ) == [
        (RUN_1, RUN_2, 1, 0.05, 0.05, posted),
        (RUN_1, RUN_2, 2, 0.03, 0.04, HELD),
        (RUN_2, utc(2026, 8, 30, 14, 35, 19), 1, 0.06, 0.06, posted),
    ]
    for as_of, rows in {BEFORE: original, SINCE: corrected}.items():
        assert warehouse.dbt("run", "+features__lmp_target", whole=True, as_of=as_of).failures == []
        assert warehouse.sql(shown) == rows
