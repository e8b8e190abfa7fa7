"""A file that cannot be read costs itself alone: the others land, and the report says so."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest

from extract import run
from extract.catalogue import load_catalogue
from extract.parse import workbook as workbook_parser
from extract.run import Run
from synthetic.workbooks import workbook

DAM = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"
GOOD = {"B_DAMSPNP4190.csv": DAM + "01/31/2026,01:00,X,1,N\n"}
BAD = "A_DAMSPNP4190.csv"  # before the good one
LARGE = DAM + 20_000 * "01/31/2026,01:00,X,1,N\n"  # an object of its own in the archive
SCADA = "PUBLIC_DISPATCHSCADA_202512270005_0000000495867506.CSV"
NEM = (
    "C,NEMP.WORLD,DISPATCHSCADA,AEMO,PUBLIC,2025/12/27,00:00:23,0000000495867506,X,1\n"
    "I,DISPATCH,LOCAL_PRICE,1,SETTLEMENTDATE,DUID\n"
    'D,DISPATCH,LOCAL_PRICE,1,"2025/12/27 00:05:00",A\n'
    "{}DISPATCH,UNIT_SCADA,1,SETTLEMENTDATE,DUID,SCADAVALUE\n"
    'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:05:00",A,5\n'
    'C,"END OF REPORT",6\n'
)
YEARLY = "rpt.00013060.0000000000000000.DAMLZHBSPP_2025.xlsx"


def the_good_one_landed(report, query) -> bool:
    return query("select settlement_point from ercot.np4_190_cd") == [("X",)] and not report.ok


def test_rows_behind_a_table_that_is_not_landed(land):
    report, query = land({SCADA: NEM.format("I,")})
    assert report.ok and query("select duid, scadavalue from nem.dispatch_unit_scada") == [("A", 5)]


@pytest.mark.parametrize("mark", ['"I",', " I,", "i,", "I ,", ""])
def test_rows_behind_a_damaged_line_of_columns_are_no_part_of_a_table_left_out(land, mark):
    report, query = land({SCADA: NEM.format(mark)})
    assert query("select status, rows_landed from nem._files") == [("quarantined", 0)]
    assert "is no row of the table named above it" in report.problems[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\nD,DISPATCH,UNIT", "\nC,DISPATCH,UNIT", "line 5: a C line that does not close it"),
        ("\nI,", "\rI,", "a carriage return within lines 3"),
    ],
)
def test_a_damaged_mark_hides_no_row(land, old, new, said):
    report, query = land({SCADA: new.join(NEM.format("I,").rsplit(old, 1))})
    assert query("select status, rows_landed from nem._files") == [("quarantined", 0)]
    assert said in report.problems[0]


def test_rows_before_any_line_of_columns_are_of_no_table(land):
    head, _, rest = NEM.format("I,").partition("\n")
    report, _ = land({SCADA: f"{head}\nD,DISPATCH,PRICE,1,1\n{rest}"})
    assert "line 2: 'D,DISPATCH,PRICE,1,1' is no row of any table" in report.problems[0]


def beyond(place: str) -> bytes:
    """A workbook with one cell at `place`."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"Jan": [["Delivery Date"]]}))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            cell = f'<row r="2"><c r="{place}"><v>1</v></c></row></sheetData>'.encode()
            new.writestr(name, old.read(name).replace(b"</sheetData>", cell))
    return out.getvalue()


@pytest.mark.parametrize("ends", ["raise SystemExit(1)", "import os; os.kill(os.getpid(), 9)"])
def test_a_process_that_fails_for_a_reason_of_its_own_is_not_the_files_fault(
    land, monkeypatch, tmp_path, ends
):
    program = tmp_path / "program.py"
    program.write_text(ends)
    monkeypatch.setattr(workbook_parser.sheets, "__file__", str(program))
    with pytest.raises(Exception, match="not a workbook that can be read: no reason given"):
        land({YEARLY: beyond("A2")})
    monkeypatch.undo()
    report, _ = land({})
    assert "none of the first" in report.problems[0]  # tried again


# calamine makes room for all cells from the first to the last, and ends its process without it
@pytest.mark.parametrize("place", ["XFD1048576", "ZZZZZZZ3", "B30000000000"])
def test_a_workbook_that_its_reader_does_not_survive(land, place):
    report, query = land(GOOD | {YEARLY: beyond(place)})
    assert the_good_one_landed(report, query)
    assert f"{YEARLY}: " in report.problems[0] and "quarantined" in report.problems[0]


def test_a_file_without_permission(land, monkeypatch):
    def refuse(path: Path):
        if path.name == BAD:
            raise PermissionError(13, "Permission denied")  # a name is not always given
        return reading(path)

    reading = run._read
    monkeypatch.setattr(run, "_read", refuse)  # root may read everything
    report, query = land({BAD: DAM, **GOOD})
    assert the_good_one_landed(report, query)
    assert report.problems[0].endswith(f"{BAD}: Permission denied")


def test_a_file_that_is_still_being_written(land, monkeypatch):
    def copy(source: Path, target: Path):
        with source.open("a") as file:
            file.write("01/31/2026,02:00,X,1,N\n")
        copying(source, target)

    copying = shutil.copyfile
    monkeypatch.setattr(shutil, "copyfile", copy)
    report, query = land({BAD: LARGE, **GOOD})
    assert the_good_one_landed(report, query)
    assert report.problems == [f"{BAD}: was written to while it was read; the next run takes it"]
    monkeypatch.setattr(shutil, "copyfile", copying)
    report, query = land({})
    assert report.ok and query("select count(*) from ercot.np4_190_cd") == [(20_002,)]


def test_an_archived_file_that_is_gone_holds_up_no_replay(land, prepared_data):
    land({BAD: LARGE, **GOOD})
    (lost,) = (p for p in (prepared_data / "archive" / "objects").rglob("*") if p.is_file())
    lost.unlink()
    catalogue = load_catalogue()
    again = prepared_data / "again"
    with Run(again, catalogue, archive=prepared_data / "archive") as work:
        work.from_archive(list(catalogue))
    assert work.report.rows == 1 and len(work.report.problems) == 1
    assert f"{BAD}: {lost} is missing; fetch the file again" in work.report.problems[0]


def test_a_header_wider_than_any_is_given_up_at_once(land):
    report, query = land({BAD: "a," * 300_000 + DAM, **GOOD})
    assert the_good_one_landed(report, query)
    assert "300,005 columns, more than 5,000" in report.problems[0]
