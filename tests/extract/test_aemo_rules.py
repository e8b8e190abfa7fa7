"""What AEMO's files do that a plain table does not: versions side by side, blank sub types, texts
with line breaks, short lines, two tables under one name, days without end.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.parse.aemo_csv import join_quoted_lines, record_of

HEAD = "C,NEMP.WORLD,{report},AEMO,PUBLIC,2026/05/15,04:05:04,0000000517720737,,0000000517720737\n"
REGION = (
    "I,DREGION,{sub},{version},SETTLEMENTDATE,RUNNO,REGIONID,INTERVENTION,RRP,TOTALDEMAND{more}\n"
)
ROW = "D,DREGION,,{version},2026/05/14 04:05:00,1,{region},0,75.5,6673.31{more}\n"
DAILY = "PUBLIC_DAILY_202605140000_20260515040504.CSV"


def report(name: str, *lines: str) -> str:
    """A whole report, its closing line right."""
    body = HEAD.format(report=name) + "".join(lines)
    return body + f'C,"END OF REPORT",{len(body.splitlines()) + 1}\n'


def region(version: int, *regions: str, more: str = "", sub: str = "") -> str:
    column = ",RAISEREGRRP" if more else ""
    rows = [ROW.format(version=version, region=r, more=more) for r in regions]
    return REGION.format(sub=sub, version=version, more=column) + "".join(rows)


def test_of_two_versions_with_as_many_rows_the_highest_lands(land):
    text = report("DAILY", region(2, "NSW1", "SA1"), region(3, "NSW1", "SA1", more=",3.46"))
    said, query = land({DAILY: text})
    assert said.ok and not said.warnings
    assert query("select message from nem._files") == [
        ("2 row(s) of DREGION version 2 left out, beside 2 of version 3, which landed",)
    ]
    assert query(
        "select regionid, raiseregrrp, _row_number from nem.daily_dregion order by regionid"
    ) == [("NSW1", 3.46, 1), ("SA1", 3.46, 2)]
    assert query("select rows_in_file, rows_landed, rows_ignored from nem._files") == [(2, 2, 2)]


def test_a_higher_version_without_rows_hides_nothing(land):
    said, query = land({DAILY: report("DAILY", region(2, "NSW1"), region(3))})
    assert said.ok and not said.warnings
    assert query("select regionid from nem.daily_dregion") == [("NSW1",)]


def test_a_table_without_rows_in_any_version_is_empty(land):
    said, query = land({DAILY: report("DAILY", region(2), region(3))})
    assert said.ok and query("select status from nem._files") == [("empty",)]


def test_the_fuller_version_lands_and_the_difference_is_told(land):
    regions = ("NSW1", "QLD1", "SA1")
    text = report(
        "DAILY", region(3, "NSW1", more=",3.46"), region(2, *regions[:2]), region(2, regions[2])
    )
    said, query = land({DAILY: text})
    assert said.ok and len(said.warnings) == 1
    message = "1 row(s) of DREGION version 3 left out, beside 3 of version 2, which landed"
    assert message in said.warnings[0]
    assert query("select regionid from nem.daily_dregion order by 1") == [(r,) for r in regions]


def test_the_order_of_versions_does_not_matter(land):
    said, query = land({DAILY: report("DAILY", region(10, "NSW1", more=",1"), region(9, "NSW1"))})
    assert said.ok and query("select raiseregrrp from nem.daily_dregion") == [(1.0,)]


def test_two_versions_of_a_table_of_which_none_is_known_to_come_so(land):
    scada = "I,DISPATCH,UNIT_SCADA,{0},SETTLEMENTDATE,DUID,SCADAVALUE\nD,DISPATCH,UNIT_SCADA,{0},"
    row = '"2025/12/27 00:05:00",A,1\n'
    text = report("DISPATCHSCADA", scada.format(1) + row, scada.format(2) + row)
    said, query = land({"PUBLIC_DISPATCHSCADA_202512270005_0000000495867506.CSV": text})
    assert (
        "rows of DISPATCH.UNIT_SCADA in versions 1 and 2, which would land twice"
        in (said.problems[0])
    )
    assert query("select count(*) from nem.dispatch_unit_scada") == [(0,)]


def test_the_name_that_a_tool_gave_a_blank_sub_type_is_blank(land):
    said, query = land({DAILY: report("DAILY", region(2, "NSW1", sub="Unnamed: 2"))})
    assert said.ok and query("select rrp, totaldemand from nem.daily_dregion") == [(75.5, 6673.31)]


@pytest.mark.parametrize(
    ("fields", "record"),
    [
        (("DISPATCH", "Price"), "DISPATCH.PRICE"),
        (("DREGION", ""), "DREGION"),
        (("GENCONDATA", "Unnamed: 2"), "GENCONDATA"),
        (("Unnamed", "Unnamed"), "UNNAMED.UNNAMED"),
    ],
)
def test_records(fields, record):
    assert record_of(*fields) == record


NOTICES = "PUBLIC_DVD_MARKETNOTICEDATA_202105010000.CSV"
NOTICE = "I,MARKET_NOTICE,MARKETNOTICEDATA,1,NOTICEID,EFFECTIVEDATE,TYPEID,REASON\n"
TEXT = 'PRICES UNDER REVIEW\nInterval 10:05\n"MII" checked\nC,not the end'


def test_texts_keep_their_line_breaks(land):
    quoted = TEXT.replace('"', '""')
    rows = (
        f'D,MARKET_NOTICE,MARKETNOTICEDATA,1,84001,"2021/05/01 10:00:00",PRICES,"{quoted}"\n'
        'D,MARKET_NOTICE,MARKETNOTICEDATA,1,84002,"2021/05/01 11:00:00",PRICES,"short"\n'
    )
    said, query = land({NOTICES: report("DVD_MARKETNOTICEDATA", NOTICE, rows)})
    assert said.ok and not said.warnings
    assert query(
        "select noticeid, replace(reason, chr(11), chr(10)) from nem.marketnoticedata order by 1"
    ) == [(84001, TEXT), (84002, "short")]


def test_a_text_that_never_ends_takes_no_rows_with_it(land):
    rows = 'D,MARKET_NOTICE,MARKETNOTICEDATA,1,84001,"2021/05/01 10:00:00",PRICES,"open\n'
    said, query = land({NOTICES: report("DVD_MARKETNOTICEDATA", NOTICE, rows)})
    assert not said.ok and query("select count(*) from nem.marketnoticedata") == [(0,)]


@given(
    st.lists(st.text(alphabet='ab,\n"', max_size=12), min_size=1, max_size=8), st.integers(1, 30)
)
def test_joined_lines_say_the_same_however_they_are_cut(texts, size):
    rows = "".join('"{}",x\n'.format(t.replace('"', '""')) for t in texts).encode()
    lines = rows.splitlines(keepends=True)
    blocks, block = [], b""
    for line in lines:  # blocks end at a line end, as those of a file do
        block += line
        if len(block) >= size:
            blocks.append(block)
            block = b""
    joined = b"".join(join_quoted_lines(iter([*blocks, block] if block else blocks)))
    assert joined.count(b"\n") == len(texts)
    assert joined.replace(b"\x0b", b"\n") == rows


def test_a_short_line_is_set_aside_with_its_reason(land):
    text = report(
        "DISPATCHSCADA",
        "I,DISPATCH,UNIT_SCADA,1,SETTLEMENTDATE,DUID,SCADAVALUE\n",
        'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:05:00",A\n',
        'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:05:00",B,-1E-05\n',
    )
    said, query = land({"PUBLIC_DISPATCHSCADA_202512270005_0000000495867506.CSV": text})
    assert "1 of 2 rows rejected" in said.problems[0]
    assert query("select duid, scadavalue from nem.dispatch_unit_scada") == [("B", -1e-05)]
    ((line, reason),) = query("select line_number, reason from nem._rejected_rows")
    assert line == 3 and "missing columns" in reason.lower()


def test_two_tables_of_one_name_are_told_apart_by_their_columns(land):
    factors = report(
        "CO2EII_AVAILABLE_GENERATORS",
        "I,CO2EII,PUBLISHING,1,STATIONNAME,DUID,GENSETID,REGIONID,CO2E_EMISSIONS_FACTOR,"
        "CO2E_ENERGY_SOURCE,CO2E_DATA_SOURCE\n",
        'D,CO2EII,PUBLISHING,1,"Synthetic, No 1",SYNBW1,SYNBW1,NSW1,0.93,"Black coal",ISP\n',
    )
    index = report(
        "CO2EII_RESULTS_SUMMARY",
        "I,CO2EII,PUBLISHING,1,CONTRACTYEAR,WEEKNO,SETTLEMENTDATE,REGIONID,TOTAL_SENT_OUT_ENERGY,"
        "TOTAL_EMISSIONS,CO2E_INTENSITY_INDEX\n",
        'D,CO2EII,PUBLISHING,1,2026,1,"2025/12/28 00:00:00",NEM,400000.5,210000.25,0.525\n',
    )
    said, query = land(
        {"CO2EII_AVAILABLE_GENERATORS.CSV": factors, "CO2EII_SUMMARY_RESULTS.CSV": index}
    )
    assert said.ok
    assert query("select stationname, co2e_emissions_factor from nem.co2eii_publishing") == [
        ("Synthetic, No 1", 0.93)
    ]
    assert query("select regionid, total_emissions from nem.co2eii_summary_results") == [
        ("NEM", 210000.25)
    ]
    neither = report("CO2EII", "I,CO2EII,PUBLISHING,1,STATIONNAME,DUID\n")
    said, _ = land({"CO2EII_AVAILABLE_GENERATORS_2026.CSV": neither})
    assert "columns of CO2EII.PUBLISHING fit none of" in said.problems[0]


def test_a_day_without_end_is_a_day_and_other_days_are_not_that_far(land):
    head = "I,PARTICIPANT_REGISTRATION,DUDETAILSUMMARY,7,DUID,START_DATE,END_DATE,DISPATCHTYPE,"
    days = ['A,"2020/07/01 00:00:00","2999/12/31 00:00:00"', 'B,"2999/07/01 00:00:00",']
    rows = [f"D,PARTICIPANT_REGISTRATION,DUDETAILSUMMARY,7,{d}" for d in days]
    text = report(
        "DVD_DUDETAILSUMMARY",
        head + "REGIONID,STATIONID,PARTICIPANTID\n",
        *(f"{row},GENERATOR,SA1,S,P\n" for row in rows),
    )
    said, query = land({"PUBLIC_DVD_DUDETAILSUMMARY_202007010000.CSV": text})
    assert "1 of 2 rows rejected" in said.problems[0]
    assert query("select duid, end_date::date from nem.dudetailsummary") == [
        ("A", date(2999, 12, 31))
    ]


def test_the_length_of_operational_demand_is_in_the_name(land):
    text = report(
        "ACTUAL_OPERATIONAL_DEMAND",
        "I,OPERATIONAL_DEMAND,ACTUAL,3,REGIONID,INTERVAL_DATETIME,OPERATIONAL_DEMAND\n",
        'D,OPERATIONAL_DEMAND,ACTUAL,3,NSW1,"2026/06/15 12:00:00",8239\n',
    )
    names = [
        "PUBLIC_ACTUAL_OPERATIONAL_DEMAND_HH_202606151200_20260615120017.CSV",
        "PUBLIC_ACTUAL_OPERATIONAL_DEMAND_5MIN_202606151200_20260615120543.CSV",
        "PUBLIC_DVD_DEMANDOPERATIONALACTUAL_202606010000.CSV",
    ]
    said, query = land(dict.fromkeys(names, text))
    assert said.ok
    assert query("select series from nem.operational_demand_actual order by 1") == [
        ("5MIN",),
        ("DEMANDOPERATIONALACTUAL",),
        ("HH",),
    ]


def test_the_creation_time_of_the_first_line_is_market_time(land):
    _, query = land({DAILY: report("DAILY", region(2, "NSW1"))})
    assert query("select published_at from nem._files") == [
        (datetime(2026, 5, 14, 18, 5, 4, tzinfo=UTC),)
    ]
