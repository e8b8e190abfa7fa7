"""Arrow's reader takes only what DuckDB's reads to the same values."""

import tempfile
from pathlib import Path

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extract.catalogue import Column, Table
from extract.parse import columnar
from extract.parse.query import query_of
from extract.parse.sections import Section
from extract.parse.typed import Reader

TABLE = Table(
    name="units",
    parse="csv",
    grain=("duid",),
    columns=(
        Column(name="duid", data_type="text"),
        Column(name="settlementdate", data_type="timestamp", format="%Y/%m/%d %H:%M:%S"),
        Column(name="runno", data_type="bigint"),
        Column(name="initialmw", data_type="double"),
        Column(name="uigf", data_type="double", optional=True),
    ),
)
HEADER = ("DUID", "SETTLEMENTDATE", "RUNNO", "INITIALMW")

NUMBERS = st.sampled_from(
    [
        *("1", "-1", "0.5", " 2", "3 ", "+4", "1E-05", "-1e5", ".5", "5.", "1e400", "nan", "inf"),
        *("0x10", "", '"7"', '""', "1,2", "1_000", "abc", "-", "\t8", "1.5"),
    ]
)
STAMPS = st.sampled_from(
    [
        *("2026/03/01 00:05:00", '"2026/03/01 00:05:00"', "2026/3/1 0:5:0", "2026/03/01", "", " "),
        *("2026/03/01 00:05:00 ", " 2026/03/01 00:05:00", "2026/02/30 00:00:00"),
        *("2026-03-01 00:05:00", "2026/03/01 24:00:00", "26/03/01 00:05:00"),
        *("2026/03/01 00:05:60", "2026/03/01 00:05:00Z", "2026/03/01 00:05:00.5"),
    ]
)
TEXTS = st.sampled_from(
    ["W/HOE#2", " AGLHAL ", '"a,b"', '"a ""b"""', '""', "", '"', "ä", 'a"b', "NULL", "nan", '"x" y']
)


def section(body: str) -> Section:
    return Section(TABLE, HEADER, body.encode(), body.count("\n"), 3, "units.csv")


def by_duckdb(of: Section, folder) -> list[tuple] | None:
    path = folder / "body.csv"
    path.write_bytes(of.body)
    try:
        return duckdb.sql(query_of(of).sql(str(path), strict=True)).fetchall()
    except duckdb.Error:
        return None


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(TEXTS, STAMPS, NUMBERS, NUMBERS).map(",".join), min_size=1, max_size=4))
@example(["AGLHAL,2026/03/01 00:05:00,1,98.3", "HDWF2,2026/03/01 00:05:00,1,"])
@example(["AGLHAL,2026/03/01 00:05:00,1"])
@example(["AGLHAL,2026/03/01 00:05:00,1,2,3"])
def test_what_arrow_takes_duckdb_reads_the_same(lines):
    of = section("\n".join(lines) + "\n")
    taken = columnar.read([of])
    if taken is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        assert repr(by_duckdb(of, Path(folder))) == repr(
            [tuple(r.values()) for r in taken.to_pylist()]
        )


def test_a_plain_section_is_taken():
    of = section('AGLHAL,"2026/03/01 00:05:00",1,-1E-05\n"W/HOE#2",2026/03/01 00:10:00,1,\n')
    rows = columnar.read([of]).to_pylist()
    assert [r["duid"] for r in rows] == ["AGLHAL", "W/HOE#2"]
    assert [r["initialmw"] for r in rows] == [-1e-5, None]
    assert {r["uigf"] for r in rows} == {None}
    assert str(rows[1]["settlementdate"]) == "2026-03-01 00:10:00"


def test_pieces_have_texts_and_times_of_their_own(monkeypatch):
    monkeypatch.setattr(columnar, "_CACHED_BYTES", 100)  # two lines
    lines = [f"UNIT{n},2026/03/01 0{n}:05:00,{n},{n}.5" for n in range(10)]
    rows = columnar.read([section("\n".join([*lines, "LAST,,10,"]) + "\n")])
    assert rows.column("duid").num_chunks > 1
    assert rows.column("duid").to_pylist() == [*(f"UNIT{n}" for n in range(10)), "LAST"]
    times = rows.column("settlementdate").to_pylist()
    assert [str(t) for t in times[:10]] == [f"2026-03-01 0{n}:05:00" for n in range(10)]
    assert times[10] is None
    assert rows.column("runno").to_pylist() == list(range(11))


def test_a_column_without_any_time_is_taken():
    assert columnar.read([section("A,,1,2\nB,,1,3\n")]).column("settlementdate").null_count == 2


def test_a_value_that_cannot_be_true_is_left_to_the_careful_way(tmp_path):
    of = section("AGLHAL,2026/03/01 00:05:00,1,nan\nHDWF2,2026/03/01 00:05:00,1.5,3\n")
    reader = Reader(tmp_path)
    ((_, typed),) = reader.read([of])
    reader.close()
    assert {(r.line, r.column) for r in typed.rejected} == {(3, "initialmw"), (4, "runno")}
    assert typed.table.num_rows == 0


def test_a_fraction_of_a_whole_number_is_found_among_many(tmp_path):
    lines = [f"UNIT{n},2026/03/01 00:05:00,{'1.5' if n == 7 else n},3" for n in range(9)]
    reader = Reader(tmp_path)
    ((_, typed),) = reader.read([section("\n".join(lines) + "\n")])
    reader.close()
    assert [(r.line, r.column, r.reason) for r in typed.rejected] == [
        (10, "runno", "not a whole number")
    ]
    assert typed.table.column("runno").to_pylist() == [0, 1, 2, 3, 4, 5, 6, 8]
