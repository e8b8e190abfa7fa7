"""ERCOT's price corrections are revisions; its yearly history repeats prices without being one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from synthetic.workbooks import workbook

pytestmark = pytest.mark.slow

VIEW = "+ercot__settlement_point_prices"
ANCILLARY = "+ercot__ancillary_prices"

DAM = {  # posted at 13:00 Central, 18:00 UTC
    "cdr.00012331.0000000000000000.20260614.130000.DAMSPNP4190.csv": (
        "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"
        "06/15/2026,01:00,HB_A, 20.00,N\n"
        "06/15/2026,02:00,HB_A, 21.00,N\n"
    )
}
HEADER = (
    "DeliveryDate,DeliveryHour,SettlementPoint,SPPOriginal,SPPCorrected,"
    "PriceCorrectionTime,DSTFlag\n"
)
# posted before the time from which it holds, with the row of a day whose prices never landed
FIRST = {
    "cdr.00013044.0000000000000000.20260617.152040."
    "pricecorrection_DAM_SPP_20260615_to_20260616_NP4196.csv": HEADER
    + "06/15/2026,1,HB_A,20,22,06/17/2026 16:00:00,N\n"
    + "06/16/2026,24,LZ_B,33,34,06/17/2026 16:00:00,N\n"
}
SECOND = {  # posted after the time from which it holds
    "cdr.00013044.0000000000000000.20260620.091500."
    "pricecorrection_DAM_SPP_20260615_to_20260615_NP4196.csv": HEADER
    + "06/15/2026,1,HB_A,22,23,06/19/2026 10:00:00,N\n"
}


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


H1, H2, H24 = utc(2026, 6, 15, 5), utc(2026, 6, 15, 6), utc(2026, 6, 17, 4)
POSTED, HELD_1, HELD_2 = utc(2026, 6, 14, 18), utc(2026, 6, 17, 21), utc(2026, 6, 19, 15)
REVISIONS = [
    ("HB_A", H1, 1, 20.0, POSTED, False, "DAMSPNP4190"),
    ("HB_A", H1, 2, 22.0, HELD_1, False, "pricecorrection"),
    ("HB_A", H1, 3, 23.0, HELD_2, True, "pricecorrection"),
    ("HB_A", H2, 1, 21.0, POSTED, True, "DAMSPNP4190"),
    ("LZ_B", H24, 1, 34.0, HELD_1, True, "pricecorrection"),
]


@pytest.fixture
def land(warehouse, tmp_path):
    """Lands files given as {name: text or bytes}, in one load."""
    folders = iter(range(100))

    def landed(*files: dict) -> None:
        folder = tmp_path / f"files_{next(folders)}"
        folder.mkdir()
        for name, content in {k: v for f in files for k, v in f.items()}.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(data)
        warehouse.land_folder(folder)

    return landed


def revisions(warehouse) -> list[tuple]:
    return warehouse.sql(
        "select location, interval_start, revision, price, r.published_at, is_latest, "
        "regexp_extract(f.name, 'DAMSPNP4190|pricecorrection') "
        "from marts.fct_price_intervals_revisions as r join ops.files as f using (file_id) "
        "order by all"
    )


@pytest.mark.parametrize("order", ["012", "210", "102"])
def test_whatever_lands_first_the_revisions_are_the_same(warehouse, land, order):
    loads = [DAM, FIRST, SECOND]
    for n in order:
        land(loads[int(n)])
        warehouse.build(VIEW, "+fct_files")
    assert revisions(warehouse) == REVISIONS
    warehouse.build(VIEW, "+fct_files", whole=True)
    assert revisions(warehouse) == REVISIONS


SHOWN = (
    "select settlement_point, hour_ending, settlement_point_price, original_price, "
    "original_price_source, corrected_at, revision from ercot.settlement_point_prices order by all"
)
ORDINARY = ("HB_A", 2, 21.0, None, None, None, 1)
UNSEEN = ("LZ_B", 24, 34.0, 33.0, "CORRECTION", HELD_1, 1)  # its original never landed


def test_the_view_tells_the_original_and_as_of_what_held(warehouse, land):
    land(DAM, FIRST, SECOND)
    warehouse.build(VIEW)
    corrected = ("HB_A", 1, 22.0, 20.0, "PUBLISHED", HELD_1, 2)
    again = ("HB_A", 1, 23.0, 20.0, "PUBLISHED", HELD_2, 3)
    assert warehouse.sql(SHOWN) == [again, ORDINARY, UNSEEN]
    for as_of, rows in {
        "2026-06-17T15:59:59-05:00": [("HB_A", 1, 20.0, None, None, None, 1), ORDINARY],
        "2026-06-17T16:00:00-05:00": [corrected, ORDINARY, UNSEEN],
        # the second is dated the day before it was posted
        "2026-06-20T09:14:59-05:00": [corrected, ORDINARY, UNSEEN],
        "2026-06-20T09:15:00-05:00": [again, ORDINARY, UNSEEN],
    }.items():
        assert warehouse.dbt("run", VIEW, whole=True, as_of=as_of).failures == []
        assert warehouse.sql(SHOWN) == rows


def test_a_correction_states_the_original_until_it_lands(warehouse, land):
    """The second alone states the price that the first one brought."""
    for files, corrected, rest in [
        (SECOND, ("HB_A", 1, 23.0, 22.0, "CORRECTION", HELD_2, 1), []),
        (FIRST, ("HB_A", 1, 23.0, 20.0, "CORRECTION", HELD_2, 2), [UNSEEN]),
        (DAM, ("HB_A", 1, 23.0, 20.0, "PUBLISHED", HELD_2, 3), [ORDINARY, UNSEEN]),
    ]:
        land(files)
        warehouse.build(VIEW)
        assert warehouse.sql(SHOWN) == [corrected, *rest]


# hour 1 as corrected, without the time of publication in its name
HISTORY = {
    "DAMLZHBSPP_2026.xlsx": workbook(
        {
            "Jun": [
                ["Delivery Date", "Hour Ending", "Repeated Hour Flag", "Settlement Point",
                 "Settlement Point Price"],
                ["06/15/2026", "01:00", "N", "HB_A", 22],
                ["06/15/2026", "02:00", "N", "HB_A", 21],
            ],
        }
    )
}  # fmt: skip


def test_a_workbook_that_states_no_publication_is_not_the_original(warehouse, land):
    """It comes first among the revisions, with the corrected price in it."""
    land(FIRST, HISTORY)
    warehouse.build(VIEW)
    corrected = ("HB_A", 1, 22.0, 20.0, "CORRECTION", HELD_1, 1)
    assert warehouse.sql(SHOWN) == [corrected, ORDINARY, UNSEEN]
    land(DAM)
    warehouse.build(VIEW)
    corrected = ("HB_A", 1, 22.0, 20.0, "PUBLISHED", HELD_1, 3)
    assert warehouse.sql(SHOWN) == [corrected, ORDINARY, UNSEEN]


def test_an_original_that_differs_from_the_one_on_file_is_reported(warehouse, land):
    compared = (
        "select market_date, expected, actual, compared_count, outside_count "
        "from marts.fct_reconciliations where check_name = 'corrected_price'"
    )
    select = ("+fct_reconciliations", "reconciliation_checks")
    day = H1.date()
    land(SECOND)
    warehouse.build(*select)
    assert warehouse.sql(compared) == []  # nothing was on file before it
    land(DAM)  # the correction that made 22 of 20 is missing
    warehouse.build(*select)
    assert warehouse.sql(compared) == [(day, 22.0, 20.0, 1, 1)]
    warned = warehouse.dbt("test", "warn_published_figures_disagree")
    assert warned.ok and len(warned.warnings) == 1
    land(FIRST)
    warehouse.build(*select)
    ((found, expected, actual, *counts),) = warehouse.sql(compared)
    assert (found, expected, counts) == (day, actual, [2, 0])


RT = {
    "cdr.00012301.0000000000000000.20260615.001500.SPPHLZNP6905_20260615_0015.csv": (
        "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
        "SettlementPointPrice,DSTFlag\n"
        "06/15/2026,1,1,LZ_B,LZ,15.64,N\n06/15/2026,1,1,LZ_B,LZEW,15.64,N\n"
        "06/15/2026,1,1,HB_A,HU,16.00,N\n"
    ),
    "cdr.00013045.0000000000000000.20260616.152040."
    "pricecorrection_RTM_SPP_20260615_to_20260615_NP4197.csv": (
        "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
        "SPPOriginal,SPPCorrected,PriceCorrectionTime,DSTFlag\n"
        "06/15/2026,1,1,LZ_B,LZEW,15.64,15.68,06/16/2026 16:00:00,N\n"
    ),
    "rpt.00013061.0000000000000000.20260621.100000.RTMLZHBSPP_2026.xlsx": workbook(
        {
            "Jun": [
                ["Delivery Date", "Delivery Hour", "Delivery Interval", "Repeated Hour Flag",
                 "Settlement Point Name", "Settlement Point Type", "Settlement Point Price"],
                ["06/15/2026", 1, 1, "N", "LZ_B", "LZ", 15.64],
                ["06/15/2026", 1, 1, "N", "LZ_B", "LZEW", 15.68],
                ["06/15/2026", 1, 1, "N", "HB_A", "HU", 16],
                ["06/15/2026", 1, 2, "N", "HB_A", "HU", 17],
            ],
        }
    ),
}  # fmt: skip
RT_CORRECTION = {name: text for name, text in RT.items() if "pricecorrection" in name}
LMPS = {
    "cdr.00012300.0000000000000000.20260615.010530.LMPSROSNODENP6788_20260615_010510.csv": (
        "SCEDTimestamp,RepeatedHourFlag,SettlementPoint,LMP\n"
        "06/15/2026 01:00:10,N,NODE_A,10.00\n06/15/2026 01:05:10,N,NODE_A,11.00\n"
    ),
    "cdr.00013045.0000000000000000.20260616.150028."
    "pricecorrection_RTM_SPLMP_20260615_to_20260615_NP4197.csv": (
        "SCEDTimestamp,SettlementPoint,LMPOriginal,LMPCorrected,PriceCorrectionTime,DSTFlag\n"
        "06/15/2026 01:00:10,NODE_A,10,9.5,06/16/2026 16:00:00,N\n"
    ),
}


def test_a_real_time_correction_states_the_original(warehouse, land):
    land(RT_CORRECTION)
    warehouse.build(VIEW)
    assert warehouse.sql(
        "select settlement_point_type, delivery_interval, settlement_point_price, original_price, "
        "original_price_source, corrected_at, revision from ercot.settlement_point_prices"
    ) == [("ZONE_EW", 1, 15.68, 15.64, "CORRECTION", utc(2026, 6, 16, 21), 1)]


def test_history_repeats_a_corrected_price_and_types_stay_apart(warehouse, land):
    land(RT, LMPS)
    warehouse.build(VIEW)
    held = utc(2026, 6, 16, 21)
    start = utc(2026, 6, 15, 5)
    assert warehouse.sql(
        "select location, location_type, interval_start, revision, price, published_at, is_latest "
        "from marts.fct_price_intervals_revisions where market = 'RT15M' order by all"
    ) == [
        ("HB_A", "HUB", start, 1, 16.0, start.replace(minute=15), True),
        ("HB_A", "HUB", start.replace(minute=15), 1, 17.0, utc(2026, 6, 21, 15), True),
        ("LZ_B", "ZONE", start, 1, 15.64, start.replace(minute=15), True),
        ("LZ_B", "ZONE_EW", start, 1, 15.64, start.replace(minute=15), False),
        ("LZ_B", "ZONE_EW", start, 2, 15.68, held, True),
    ]
    runs = [utc(2026, 6, 15, 6, minute, 10) for minute in (0, 5, 10)]
    assert warehouse.sql(
        "select interval_start, interval_end, revision, price, published_at "
        "from marts.fct_price_intervals_revisions where market = 'RT5M' order by all"
    ) == [
        (runs[0], runs[1], 1, 10.0, utc(2026, 6, 15, 6, 5, 30)),
        (runs[0], runs[1], 2, 9.5, held),
        (runs[1], runs[2], 1, 11.0, utc(2026, 6, 15, 6, 5, 30)),
    ]


MCPC = {
    "cdr.00012329.0000000000000000.20260614.130000.DAMCPCNP4188.csv": (
        "DeliveryDate,HourEnding,AncillaryType,MCPC,DSTFlag\n"
        "06/15/2026,01:00,REGUP,1.21,N\n06/15/2026,01:00,ECRS,2.00,N\n"
    ),
    "rpt.00013091.0000000000000000.20260616080000.DAMASMCPC_2026.csv": (
        "Delivery Date,Hour Ending,Repeated Hour Flag,REGDN,REGUP ,RRS,NSPIN,ECRS\n"
        "06/15/2026,01:00,N,3,1.21,4,5,2\n"
    ),
}
MCPC_CORRECTIONS = {
    "cdr.00013044.0000000000000000.20260617.094512."
    "pricecorrection_DAM_MCPC_20260615_to_20260615_NP4196.csv": (
        "DeliveryDate,DeliveryHour,ASType,MCPCOriginal,MCPCCorrected,PriceCorrectionTime,DSTFlag\n"
        "06/15/2026,1,REGUP,1.21,1.3,06/17/2026 10:00:00,N\n"
    ),
    "cdr.00013045.0000000000000000.20260617.144413."
    "pricecorrection_RTM_MCPC_SPP_20260615_to_20260615_NP4197.csv": (
        "DeliveryDate,DeliveryHour,DeliveryInterval,ASType,MCPCOriginal,MCPCCorrected,"
        "PriceCorrectionTime,RepeatedHourFlag\n"
        "06/15/2026,1,2,REGDN,0.05,0.04,06/17/2026 16:00:00,N\n"
    ),
}


def test_corrected_clearing_prices(warehouse, land):
    land(MCPC)
    warehouse.build(ANCILLARY)
    land(MCPC_CORRECTIONS)
    warehouse.build(ANCILLARY)
    query = (
        "select market, operator_product, interval_start, revision, price, published_at, is_latest "
        "from marts.fct_ancillary_price_intervals_revisions where iso = 'ERCOT' order by all"
    )
    posted, history = utc(2026, 6, 14, 18), utc(2026, 6, 16, 13)
    found = warehouse.sql(query)
    assert found == [
        ("DAM", "ECRS", H1, 1, 2.0, posted, True),
        ("DAM", "NSPIN", H1, 1, 5.0, history, True),
        ("DAM", "REGDN", H1, 1, 3.0, history, True),
        ("DAM", "REGUP", H1, 1, 1.21, posted, False),
        ("DAM", "REGUP", H1, 2, 1.3, utc(2026, 6, 17, 15), True),
        ("DAM", "RRS", H1, 1, 4.0, history, True),
        ("RT15M", "REGDN", H1.replace(minute=15), 1, 0.04, utc(2026, 6, 17, 21), True),
    ]
    warehouse.build(ANCILLARY, whole=True)
    assert warehouse.sql(query) == found
