"""Files as operators publish them, and as they break, through the whole landing (no network)."""

import errno
import io
import os
import zipfile
from datetime import UTC, date, datetime

import pytest

from extract import assemble
from extract.catalogue import load_catalogue
from extract.parse import plain_csv
from extract.run import Run

DAM = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"
DAM_NAME = "cdr.00012331.0000000000000000.20260131.123456789.DAMSPNP4190"
SCADA_HEAD = "C,NEMP.WORLD,DISPATCHSCADA,AEMO,PUBLIC,2025/12/27,00:00:23,0000000495867506,X,1\n"
SCADA = "I,DISPATCH,UNIT_SCADA,1,SETTLEMENTDATE,DUID,SCADAVALUE\n"


def zipped(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


def test_values_and_lineage_land_typed(land):
    text = DAM + "01/31/2026,24:00,HB_NORTH, 23.94,N\n01/31/2026,24:00,LZ_WEST,-1E-05,N\n"
    report, query = land({f"{DAM_NAME}_csv.zip": zipped({f"{DAM_NAME}.csv": text})})
    assert report.ok and report.rows == 2
    rows = query(
        "select delivery_date, hour_ending, settlement_point, settlement_point_price, dst_flag, "
        "_row_number, _published_at, _extra from ercot.np4_190_cd order by _row_number"
    )
    published = datetime(2026, 1, 31, 18, 34, 56, tzinfo=UTC)  # 12:34:56 CST is UTC-6
    assert rows == [
        (date(2026, 1, 31), "24:00", "HB_NORTH", 23.94, "N", 1, published, None),
        (date(2026, 1, 31), "24:00", "LZ_WEST", -1e-05, "N", 2, published, None),
    ]


def test_second_run_lands_nothing(land):
    files = {f"{DAM_NAME}.csv": DAM + "01/31/2026,01:00,HB_NORTH,1,N\n"}
    land(files)
    report, query = land(files)
    assert report.rows == 0 and report.of("ercot_np4_190_cd").known == 1
    assert query("select count(*) from ercot.np4_190_cd") == [(1,)]


def test_bad_rows_are_set_aside_with_line_column_and_reason(land):
    text = DAM + (
        "01/31/2026,01:00,HB_NORTH,1,N\n"
        "13/31/2026,01:00,HB_SOUTH,2,N\n"  # no such month
        "01/31/2026,01:00,HB_WEST,cheap,N\n"
        "01/31/2026,01:00\n"
        "01/31/2026,01:00,HB_PAN,nan,N\n"
        "01/31/2026,01:00,,5,N\n"  # no point
        "01/31/2026,01:00,HB_HOUSTON,6,N\n"
    )
    report, query = land({f"{DAM_NAME}.csv": text})
    assert not report.ok
    assert query("select settlement_point, _row_number from ercot.np4_190_cd order by 2") == [
        ("HB_NORTH", 1),
        ("HB_HOUSTON", 7),
    ]
    rejected = query(
        "select row_number, line_number, column_name, value, left(reason, 12) "
        "from ercot._rejected_rows order by 1"
    )
    assert rejected == [
        (2, 3, "DeliveryDate", "13/31/2026", "no date"),
        (3, 4, "SettlementPointPrice", "cheap", "no double"),
        (4, 5, "SettlementPoint", None, "missing colu"),
        (5, 6, "SettlementPointPrice", "nan", "not a number"),
        (6, 7, "SettlementPoint", None, "key is empty"),
    ]
    assert query("select rows_in_file, rows_landed, rows_rejected from ercot._files") == [(7, 2, 5)]


def test_one_bad_file_does_not_hold_up_its_batch(land):
    files = {f"{DAM_NAME}.{n}.csv": DAM + f"01/31/2026,01:00,P{n},{n},N\n" for n in range(20)} | {
        f"{DAM_NAME}.bad.csv": DAM + "01/31/2026,01:00,P,x,N\n01/31/2026,02:00,P,7,N\n"
    }
    report, query = land(files)
    assert report.rows == 21
    assert query("select count(distinct _file_id), count(*) from ercot.np4_190_cd") == [(21, 21)]
    assert query("select _row_number from ercot.np4_190_cd where settlement_point = 'P'") == [(2,)]


def test_unknown_column_is_kept_and_reported(land):
    text = DAM.replace("DSTFlag", "DSTFlag,Quality") + "01/31/2026,01:00,A,1,N,good\n"
    report, query = land({f"{DAM_NAME}.csv": text})
    assert report.rows == 1 and "Quality" in report.warnings[0]
    assert query("select _extra from ercot.np4_190_cd") == [('{"Quality":"good"}',)]
    assert query("select outcome from ercot._outcomes where kind = 'parse' order by 1") == [
        ("drift",),
        ("ok",),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (DAM.replace("SettlementPointPrice", "Price") + "01/31/2026,01:00,A,1,N\n", "lacks"),
        ("<html><body>We are down</body></html>", "web page"),
        ("", "empty"),
        (DAM.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04 but not a zip at all", "not a whole zip"),
        (zipped({"../evil.csv": DAM})[:-30], "not a whole zip"),
        (zipped({"../../etc/evil.csv": DAM}), "outside"),
        (zipped({"/etc/evil.csv": DAM}), "outside"),
        (zipped({"bomb.csv": b"0" * 60_000_000}), "zip bomb"),
        (zipped({"readme.txt": "hello"}), "no member"),
        (DAM + "01/31/2026,01:00,A,x,N\n", "none of 1 rows"),
    ],
)
def test_broken_files_are_quarantined_with_a_reason(land, content, reason):
    good = DAM + "01/31/2026,01:00,GOOD,1,N\n"
    report, query = land({f"{DAM_NAME}.bad.zip": content, f"{DAM_NAME}.csv": good})
    assert not report.ok
    messages = query("select message from ercot._files where status = 'quarantined'")
    assert len(messages) == 1 and reason in messages[0][0]
    assert query("select settlement_point from ercot.np4_190_cd") == [("GOOD",)]


OASIS = (
    '<OASISReport xmlns="x"><MessageHeader><TimeDate>{}</TimeDate></MessageHeader></OASISReport>'
)
OASIS_NAME = "20260101_20260102_PRC_LMP_DAM_20260102_01_01_01_v12.xml"
NEM_NAME = "PUBLIC_DISPATCHSCADA_202512270000_0000000495867506.CSV"
BUSES = "DeliveryDate,HourEnding,BusName,LMP,DSTFlag\n"


def compressed_wrongly(method: int) -> bytes:
    """A zip whose member is compressed by `method`, with some bytes of it changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        rows = (f"01/31/2026,01:00,P{n},{n}.5,N\n" for n in range(3000))
        archive.writestr(f"{DAM_NAME}.csv", DAM + "".join(rows))
    wrong = bytearray(out.getvalue())
    wrong[120:400] = bytes(byte ^ 0x5A for byte in wrong[120:400])
    return bytes(wrong)


def wrongly_named() -> bytes:
    """A zip whose member has a name that is no UTF-8 in its own header."""
    whole = zipped({"DAMSPNP4190_\u00e9.csv": DAM + "01/31/2026,01:00,HB_NORTH,1,N\n"})
    return whole.replace("\u00e9".encode(), b"\xff\xff", 1)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (NEM_NAME, SCADA_HEAD + 'I,DISPATCH\nC,"END OF REPORT",3\n', "line 2: an I line"),
        (NEM_NAME, SCADA_HEAD.replace("2025/", "0001/") + 'C,"END OF REPORT",²\n', "none of the"),
        (f"{DAM_NAME}_csv.zip", compressed_wrongly(zipfile.ZIP_LZMA), "cannot be read: LZMAError"),
        (f"{DAM_NAME}_csv.zip", compressed_wrongly(zipfile.ZIP_BZIP2), "cannot be read: OSError"),
        (f"{DAM_NAME}_csv.zip", wrongly_named(), "cannot be read: UnicodeDecodeError"),
        ("DAMHRLMPNP4183.csv", f"{BUSES}01/02/2026,01:00,{'A' * 300_000},1,N\n", "field"),
        ("DAMHRLMPNP4183.csv", f"{BUSES},01:00,B\rX,1.5,N\n01/02/2026,01:00,B,1,N\n", "new-line"),
        (f"{DAM_NAME}.csv", "x" * 9_000_000, "a line of more than 8,388,608 bytes"),
        ("mystery.csv", "a,b\r1,2\r\n", None),
        ("mystery.zip", compressed_wrongly(zipfile.ZIP_LZMA).replace(b"DAMSPNP", b"MYSTERY"), None),
        (OASIS_NAME, OASIS.format("never"), "without rows, and without an error"),
    ],
)
def test_whatever_cannot_be_read_holds_nothing_up(land, name, content, reason):
    """Errors of decompressors, codecs and parsers are of many kinds; `reason` None: no problem."""
    report, query = land({name: content, "A_DAMSPNP4190.csv": DAM + "01/31/2026,01:00,X,1,N\n"})
    assert query("select settlement_point from ercot.np4_190_cd") == [("X",)]
    assert len(report.problems) == (reason is not None)
    if reason:
        assert name in report.problems[0] and reason in report.problems[0]


def test_bytes_that_break_the_reader_cost_no_other_file(land):
    """A column name that is no UTF-8 in a line of a CSV of which not all columns are read."""
    head = (
        "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,"
        "NODE,MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP\n"
    )
    row = (
        "2026-01-02T{0:02}:00:00-00:00,2026-01-02T{1:02}:00:00-00:00,2026-01-02,{1},0,N,N,N,DAM,LMP,"
        "LMP_PRC,N,ALL,0,1.5,1\n"
    )
    bad = (head + row.format(8, 9)).replace("LMP_PRC", "CA\u00d1ON").encode("latin-1")
    report, query = land(
        {f"2026010{n}_PRC_LMP_DAM_v12.csv": head + row.format(8 + n, 9 + n) for n in (1, 2)}
        | {"20260103_PRC_LMP_DAM_v12.csv": bad}
    )
    assert query("select count(*) from caiso.prc_lmp") == [(2,)]
    assert len(report.problems) == 1 and "20260103_PRC_LMP" in report.problems[0]


def test_a_short_line_with_a_carriage_return_holds_nothing_up(land):
    text = DAM + "01/31/2026,8,\r\r\n01/31/2026,01:00,HB_NORTH,1,N\n"
    report, query = land(
        {f"{DAM_NAME}.csv": text, "A_DAMSPNP4190.csv": DAM + "01/31/2026,01:00,X,1,N\n"}
    )
    assert ("X",) in query("select settlement_point from ercot.np4_190_cd")
    assert len(report.problems) == 1 and f"{DAM_NAME}.csv" in report.problems[0]


def test_a_zip_that_lost_bytes_in_its_middle_is_quarantined(land):
    rows = (f"01/31/2026,01:00,P{n * 7919 % 400_009},{n * 31 % 977}.5,N\n" for n in range(400_000))
    whole = zipped({f"{DAM_NAME}.csv": DAM + "".join(rows)})
    lost = whole[:1000] + whole[1_500_000:]
    report, query = land(
        {f"{DAM_NAME}_csv.zip": lost, "mystery.zip": lost.replace(b"DAMSPNP", b"MYSTERY")}
    )
    assert query("select count(*) from ercot.np4_190_cd") == [(0,)]
    (problem,) = report.problems
    assert f"{DAM_NAME}_csv.zip" in problem


def test_an_error_in_the_work_on_many_files_is_booked_on_none(land, monkeypatch):
    """The file that is being added when a group fails has nothing to do with it."""
    monkeypatch.setattr(assemble, "GROUP_BYTES", 100)

    def fail(*_):
        raise ValueError("of another file")

    monkeypatch.setattr(assemble.Reader, "read", fail)
    rows = "".join(f"01/31/2026,01:00,P{n},1,N\n" for n in range(40))
    names = [DAM_NAME.replace("123456789", f"12345{n:04}") for n in range(9)]
    with pytest.raises(Exception, match="of another file"):
        land({f"{name}.csv": DAM + rows.replace("P", name[-12]) for name in names})


def test_a_fault_of_the_machine_is_none_of_a_file(land, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(plain_csv, "read", full)
    with pytest.raises(Exception, match="No space left"):
        land({f"{DAM_NAME}.csv": DAM + "01/31/2026,01:00,HB_NORTH,1,N\n"})


def test_flipped_byte_in_a_zip_is_quarantined_and_leaves_no_row(land):
    rows = "".join(f"01/31/2026,01:00,P{n},{n},N\n" for n in range(20_000))
    broken = bytearray(zipped({f"{DAM_NAME}.csv": DAM + rows}))
    broken[len(broken) // 2] ^= 0xFF
    report, query = land({f"{DAM_NAME}_csv.zip": bytes(broken)})
    assert "quarantined" in report.problems[0]
    assert query("select count(*) from ercot.np4_190_cd") == [(0,)]


def test_repeated_header_blank_lines_quotes_and_crlf(land):
    text = DAM + ('01/31/2026,01:00,"A,1",1,N\n\n' + DAM + "01/31/2026,01:00,B,2,N\n" + "\n")
    report, query = land({f"{DAM_NAME}.csv": text.replace("\n", "\r\n")})
    assert report.ok
    assert query(
        "select settlement_point, settlement_point_price from ercot.np4_190_cd order by 2"
    ) == [("A,1", 1.0), ("B", 2.0)]


def test_a_quotation_mark_inside_a_name_is_a_letter(land):
    text = DAM + '01/31/2026,01:00,5" HUB,1,N\n01/31/2026,01:00,B,x20,N\n'
    _, query = land({f"{DAM_NAME}.csv": text})
    assert query("select settlement_point from ercot.np4_190_cd") == [('5" HUB',)]
    assert query("select line_number from ercot._rejected_rows") == [(3,)]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ('01/31/2026,01:00,"UNCLOSED,3,N\n01/31/2026,01:00,B,4,N\n', "line 2: a quotation mark"),
        (  # a stray quotation mark and another: three lines that pass for one row
            '01/31/2026,01:00,A,1,N\n01/31/2026,02:00,"HB_NORTH,20,N\n'
            '01/31/2026,03:00,HB_NORTH,30,N\n01/31/2026,04:00,HB_SOUTH",40,N\n',
            "line 3: a quotation mark",
        ),
        ("01/31/2026,01:00,A\rB,3,N\n01/31/2026,01:00,B,4,N\n", "cannot be read"),
    ],
)
def test_text_that_hides_rows_quarantines_its_file_alone(land, rows, reason):
    good = DAM + "01/31/2026,01:00,GOOD,1,N\n"
    report, query = land({f"{DAM_NAME}.bad.csv": DAM + rows, f"{DAM_NAME}.csv": good})
    assert not report.ok
    (message,) = query("select message from ercot._files where status = 'quarantined'")[0]
    assert reason in message
    assert query("select settlement_point from ercot.np4_190_cd") == [("GOOD",)]


def test_values_that_cannot_be_true_are_rejected(land):
    text = DAM + (
        "01/02/24,01:00,YEAR,5,N\n"  # not the year 24
        "01/31/2026,01:00,HUGE,1e300,N\n"
        "01/31/2026,01:00,GOOD,9000,N\n"
    )
    _, query = land({f"{DAM_NAME}.csv": text})
    assert query("select settlement_point from ercot.np4_190_cd") == [("GOOD",)]
    assert query("select column_name from ercot._rejected_rows order by row_number") == [
        ("DeliveryDate",),
        ("SettlementPointPrice",),
    ]


def test_text_that_ends_within_a_line_is_cut_off(land):
    """145 may have been 1450; a zip's checksum says that it is whole."""
    text = DAM + "01/31/2026,01:00,A,1,N\n01/31/2026,01:00,B,145"
    report, query = land({f"{DAM_NAME}.csv": text})
    assert "line 3 has no line end" in report.problems[0]
    assert query("select count(*) from ercot.np4_190_cd") == [(0,)]
    report, query = land({f"{DAM_NAME}.csv": DAM + "01/30/2026,01:00,A,7,N\n    "})
    assert report.ok  # blanks behind the last line are no row
    assert query("select settlement_point_price from ercot.np4_190_cd") == [(7,)]
    whole = DAM + "01/31/2026,01:00,A,1,N\n01/31/2026,01:00,B,145,N"
    report, query = land({f"{DAM_NAME}_csv.zip": zipped({f"{DAM_NAME}.csv": whole})})
    assert query(
        "select settlement_point_price from ercot.np4_190_cd where delivery_date = '2026-01-31'"
    ) == [(1,), (145,)]


def test_whole_numbers_are_not_rounded(land):
    head = "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
    text = (
        head
        + "SettlementPointPrice,DSTFlag\n"
        + (
            "06/02/2025,1,4,HB_NORTH,HU,10,N\n"
            "06/02/2025,1.5,1,HB_NORTH,HU,20,N\n"
            "06/02/2025,2,1.0,HB_NORTH,HU,30,N\n"
            "06/02/2025,,1,HB_NORTH,HU,40,N\n"
        )
    )
    _, query = land({"cdr.00012301.0000000000000000.20250602.021702.SPPHLZNP6905_csv.csv": text})
    assert query(
        "select delivery_hour, delivery_interval, settlement_point_price from ercot.np6_905_cd"
    ) == [(1, 4, 10), (2, 1, 30)]
    assert query("select column_name, value, reason from ercot._rejected_rows") == [
        ("DeliveryHour", None, "key is empty"),
        ("DeliveryHour", "1.5", "not a whole number"),
    ]


@pytest.mark.parametrize(
    ("header", "rows", "reason"),
    [
        (  # a second header with the columns in another order
            "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag",
            "DeliveryDate,SettlementPoint,HourEnding,SettlementPointPrice,DSTFlag\n"
            "01/31/2026,HB_SOUTH,01:00,2,N\n",
            "line 3 is another header",
        ),
        (  # two names of one column of the contract
            "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag,RepeatedHourFlag",
            "",
            "dst_flag twice",
        ),
    ],
)
def test_headers_that_leave_room_for_doubt_are_quarantined(land, header, rows, reason):
    first = "01/31/2026,01:00,A,1,N" + ",N" * header.count("Repeated")
    report, query = land({f"{DAM_NAME}.csv": f"{header}\n{first}\n{rows}"})
    assert reason in report.problems[0]
    assert query("select count(*) from ercot.np4_190_cd") == [(0,)]


def test_a_zip_with_publications_of_two_times_is_not_taken_as_one(land):
    late, early = DAM_NAME, DAM_NAME.replace(".123456789.", ".060000000.")
    members = {f"{late}.csv": DAM + "01/31/2026,01:00,A,99,N\n"}
    members[f"{early}.csv"] = DAM + "01/31/2026,01:00,A,11,N\n"
    report, _ = land({"bundle_NP4-190.DAMSPNP4190.zip": zipped(members)})
    assert "published at different times" in report.problems[0]


def test_a_data_folder_inside_the_folder_is_not_walked(prepared_data):
    (prepared_data.parent / f"{DAM_NAME}.csv").write_text(DAM + "01/31/2026,01:00,A,1,N\n")
    catalogue = load_catalogue()
    with Run(prepared_data, catalogue) as run:
        run.from_folder(prepared_data.parent, list(catalogue))
    assert run.report.rows == 1 and not run.report.not_recognised


def test_members_and_links_that_are_not_read_are_named(land, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "link").symlink_to(tmp_path / "nowhere")
    row = DAM + "01/31/2026,01:00,A,1,N\n"
    odd = os.fsdecode(b"DAMSPNP4190_\xff.csv")
    report, query = land(
        {f"{DAM_NAME}_csv.zip": zipped({f"{DAM_NAME}.csv": row, "b.CSV.txt": row}), odd: row}
    )
    assert [p.name for p in report.not_recognised] == ["link"]
    assert "b.CSV.txt" in report.warnings[0]
    assert query("select name from ercot._files order by 1") == [
        ("DAMSPNP4190_\\xff.csv",),
        (f"{DAM_NAME}_csv.zip",),
    ]


def test_a_zip_of_zips_and_other_files_is_not_taken_in_part(land):
    inner = zipped({f"{DAM_NAME}.csv": DAM + "01/31/2026,01:00,A,1,N\n"})
    report, query = land({f"{DAM_NAME}.bundle.zip": zipped({"a.zip": inner, "b.csv": DAM})})
    assert "other files (b.csv)" in report.problems[0]
    assert query("select count(*) from ercot.np4_190_cd") == [(0,)]


def test_aemo_tables_are_split_and_counted(land):
    text = (
        SCADA_HEAD
        + "I,DISPATCH,LOCAL_PRICE,1,SETTLEMENTDATE,DUID,X,Y\n"
        + 'D,DISPATCH,LOCAL_PRICE,1,"2025/12/27 00:05:00",A,1,0\n'
        + SCADA
        + 'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:05:00",W/HOE#2,0.20\n'
        + 'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:05:00",BWTR1,\n'
        + 'C,"END OF REPORT",7\n'
    )
    report, query = land({"PUBLIC_DISPATCHSCADA_202512270005_0000000495867506.CSV": text})
    assert query(
        "select settlementdate, duid, scadavalue, lastchanged, _row_number, _published_at "
        "from nem.dispatch_unit_scada order by _row_number"
    ) == [
        (
            datetime(2025, 12, 27, 0, 5),
            "W/HOE#2",
            0.2,
            None,
            1,
            datetime(2025, 12, 26, 14, 0, 23, tzinfo=UTC),  # UTC+10 all year
        ),
        (
            datetime(2025, 12, 27, 0, 5),
            "BWTR1",
            None,  # blank is null, not zero
            None,
            2,
            datetime(2025, 12, 26, 14, 0, 23, tzinfo=UTC),
        ),
    ]
    assert query("select rows_in_file, rows_ignored from nem._files") == [(2, 1)]
    assert "unknown table DISPATCH.LOCAL_PRICE" in report.warnings[0]


@pytest.mark.parametrize("odd", ["D,DISPATCH,REGIONSUM,1,", "X,DISPATCH,UNIT_SCADA,1,"])
def test_aemo_rows_under_another_tables_header_are_not_taken(land, odd):
    text = (
        SCADA_HEAD
        + SCADA
        + 'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:05:00",A,1\n'
        + odd
        + '"2025/12/27 00:05:00",B,77\nC,"END OF REPORT",5\n'
    )
    report, query = land({"PUBLIC_DISPATCHSCADA_202512270005_0000000495867506.CSV": text})
    assert "line 4" in report.problems[0] and "is no row of the table" in report.problems[0]
    assert query("select count(*) from nem.dispatch_unit_scada") == [(0,)]


def test_a_publication_to_come_is_not_believed(land):
    row = "D,DISPATCH,UNIT_SCADA,1,2025/12/27 00:05:00,BARCALDN,0\n"
    text = SCADA_HEAD.replace("2025/12/27", "2099/12/27") + SCADA + row + 'C,"END OF REPORT",4\n'
    report, query = land({NEM_NAME: text})
    assert report.ok and "which is after it was fetched" in report.warnings[0]
    assert query("select published_at from nem._files") == [(None,)]  # unknown: comes first


def test_aemo_file_without_its_closing_line_is_cut_off(land):
    text = SCADA_HEAD + SCADA + 'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:05:00",A,1\n'
    report, query = land({"PUBLIC_DISPATCHSCADA_202512270005_0000000495867506.CSV": text})
    assert "cut off" in report.problems[0]
    assert query("select count(*) from nem.dispatch_unit_scada") == [(0,)]


def test_aemo_closing_count_that_differs_is_a_file_that_lacks_lines(land):
    text = (
        SCADA_HEAD
        + SCADA
        + 'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:05:00",A,1\n'
        + 'C,"END OF REPORT",99\n'
    )
    name = "PUBLIC_DISPATCHSCADA_202512270005_0000000495867506.CSV"
    report, query = land({name: text})
    assert "says 99 lines, the file has 4" in report.problems[0]
    assert query("select count(*) from nem.dispatch_unit_scada") == [(0,)]
    report, query = land({name: text}, excerpts=True)  # cut on purpose: it lands, and it is said
    assert report.ok and "says 99 lines, the file has 4" in report.warnings[0]
    assert query("select count(*) from nem.dispatch_unit_scada") == [(1,)]


def test_zip_of_zips_gives_one_file_each(land):
    def inner(n):
        text = (
            SCADA_HEAD
            + SCADA
            + f'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:{n:02}:00",A,{n}\n'
            + 'C,"END OF REPORT",4\n'
        )
        name = f"PUBLIC_DISPATCHSCADA_2025122700{n:02}_00000004958675{n:02}"
        return f"{name}.zip", zipped({f"{name}.CSV": text})

    whole = zipped(dict(inner(n) for n in (5, 10, 15)))
    current = dict([inner(10)])
    report, query = land({"PUBLIC_DISPATCHSCADA_20251227.zip": whole} | current)
    assert report.rows == 3  # the one from the live folder is the same file
    assert query(
        "select status, count(*), count(distinct container) from nem._files group by 1 order by 1"
    ) == [("container", 1, 0), ("landed", 3, 1)]


def test_oasis_error_answer_is_empty_not_data(land):
    text = (
        '<?xml version="1.0"?><m:OASISReport xmlns:m="http://www.caiso.com/soa/OASISReport_v1.xsd">'
        "<m:MessageHeader><m:TimeDate>2023-11-16T18:39:53.815Z</m:TimeDate></m:MessageHeader>"
        "<m:MessagePayload><m:RTO><m:ERROR><m:ERR_CODE>{}</m:ERR_CODE><m:ERR_DESC>why</m:ERR_DESC>"
        "</m:ERROR></m:RTO></m:MessagePayload></m:OASISReport>"
    )
    name = "20231212_20231213_SLD_FCST_N_20231116_10_39_5{}_v1"
    report, query = land(
        {
            f"{name.format(n)}.zip": zipped({f"{name.format(n)}.xml": text.format(code)})
            for n, code in enumerate(("1000", "1020", "1015"))
        }
    )
    assert query("select status, message from caiso._files order by 1") == [
        ("empty", "OASIS error 1000: why"),
        (
            "quarantined",
            f"{name.format(1)}.xml: OASIS error 1020: why; "
            "the request is at fault, see the feed's `index`",
        ),
    ]
    assert any(
        "1015" in p for p in report.problems
    )  # passing fault: not in the ledger, tried again


def test_a_large_file_is_numbered_across_blocks(land, monkeypatch):
    monkeypatch.setattr("extract.parse.sections.BLOCK_BYTES", 1000)
    monkeypatch.setattr("extract.land.GROUP_BYTES", 2500)
    monkeypatch.setattr("extract.assemble.GROUP_BYTES", 2500)
    text = DAM + "".join(
        f"01/31/2026,01:00,P{n},{'x' if n == 777 else n},N\n" for n in range(1, 1001)
    )
    _, query = land({f"{DAM_NAME}.csv": text})
    assert query(
        "select count(*), bool_and('P' || _row_number = settlement_point), "
        "bool_and(_row_number = settlement_point_price) from ercot.np4_190_cd"
    ) == [(999, True, True)]
    assert query("select row_number, line_number, line from ercot._rejected_rows") == [
        (777, 778, "01/31/2026,01:00,P777,x,N")
    ]
