"""`gridhouse trace`: the line that it shows is the line of the file that zipfile reads."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pytest

import synthetic

FEEDS = {  # feed -> tables, the first one shown line by line
    "nem_dispatchis": ["nem.dispatch_regionsum", "nem.dispatch_price"],
    "nem_dispatch_scada": ["nem.dispatch_unit_scada"],
    "wem_balancing_summary": ["wem.balancing_summary"],
}
DAY = date(2022, 3, 2)  # before the reform of the WEM


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    synthetic.write(folder, 5, DAY, date(2022, 3, 3), operators=["nem", "wem"], feeds=list(FEEDS))
    return folder


def members(site: Path, name: str) -> dict[str, list[str]]:
    """Lines of each member of the file `name`, wherever it lies below `site`, zips in zips too."""
    path = next(site.rglob(name))
    if not name.endswith(".zip"):
        return {name: path.read_text().splitlines()}
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n).decode().splitlines() for n in archive.namelist()}


def check_lines(gridhouse, data: Path, site: Path, table: str) -> list[dict]:
    """Hold what is told of all rows of `table` against the files; what is told, as data."""
    told = json.loads(gridhouse("trace", table, "--limit", "100000", "--json").stdout)
    with duckdb.connect(str(data / "raw.duckdb"), read_only=True) as connection:
        rows = connection.execute(f"from {table}").to_arrow_table().to_pylist()
    assert told["rows"] == len(rows) == len(told["lines"]) > 10
    files: dict[str, dict[str, list[str]]] = {}
    by_place = {(r["_file_id"], r["_row_number"]): r for r in rows}
    for line in told["lines"][:: max(1, len(rows) // 500)]:
        if line["file"] not in files:
            files[line["file"]] = members(site, line["file"])
        text = files[line["file"]][line["member"]][line["line"] - 1]
        assert line["text"] == text
        row = by_place[line["file_id"], line["row_number"]]
        fields = next(csv.reader(io.StringIO(text)))
        numbers = {float(f) for f in fields if f.replace(".", "", 1).lstrip("-").isdigit()}
        values = [v for k, v in row.items() if isinstance(v, float) and not k.startswith("_")]
        assert values and numbers.issuperset(values)
    return told["lines"]


@pytest.mark.parametrize("table", [table for tables in FEEDS.values() for table in tables])
def test_each_row_is_the_line_that_is_shown(gridhouse, prepared_data, site, table):
    gridhouse("extract", "--from", str(site))
    check_lines(gridhouse, prepared_data, site, table)


def test_empty_lines_count_and_one_content_may_have_two_names(
    gridhouse, prepared_data, site, tmp_path
):
    name, lines = next(iter(members(site, next(site.rglob("*DISPATCHSCADA_*.zip")).name).items()))
    for place in (9, 6, 6, 2):
        lines.insert(place, "")
    folder = tmp_path / "empty_lines"
    folder.mkdir()
    for copy in (name, name.replace("_0000", "_1111", 1)):
        (folder / copy).write_text("\n".join(lines) + "\n")
    assert len(list(folder.iterdir())) == 2
    gridhouse("extract", "--from", str(folder))
    told = check_lines(gridhouse, prepared_data, folder, "nem.dispatch_unit_scada")
    assert {line["file"] for line in told} == {path.name for path in folder.iterdir()}


def test_empty_lines_of_a_plain_csv_count(gridhouse, prepared_data, site, tmp_path):
    path = next(site.rglob("*balancing-summary*.csv"))
    header, *rows = path.read_text().splitlines()
    folder = tmp_path / "empty_lines"
    folder.mkdir()
    text = "\n".join(["", header, "", *rows[:3], "", "", *rows[3:]])
    (folder / path.name).write_text(text + "\n")
    gridhouse("extract", "--from", str(folder))
    told = check_lines(gridhouse, prepared_data, folder, "wem.balancing_summary")
    assert [line["line"] for line in told[:4]] == [4, 5, 6, 9]


def test_what_is_shown_and_what_is_wrong(gridhouse, site):
    gridhouse("extract", "--from", str(site))
    shown = gridhouse("trace", "nem.dispatch_price", "--where", "regionid = 'SA1'", "--limit", "2")
    lines = shown.stdout.splitlines()
    assert "line " in lines[0] and lines[1].startswith("  D,DISPATCH,PRICE,") and "SA1" in lines[1]
    assert lines[-1].startswith("2 of ")
    near = gridhouse("trace", "nem.dispatch_prise", code=2)
    assert "nem.dispatch_price" in near.stderr
    assert (
        "nothere"
        in gridhouse("trace", "nem.dispatch_price", "--where", "nothere = 1", code=2).stderr
    )
    gridhouse("trace", "nem.dispatch_price", "--where", "regionid = ", code=2)
    gridhouse("trace", "nem.dispatch_price", "--where", "rrp > 'x'", code=2)


def test_an_archive_that_lost_the_file_says_so(gridhouse, prepared_data, site):
    gridhouse("extract", "--from", str(site))
    for path in [
        *(prepared_data / "archive").rglob("*.pack"),
        *(prepared_data / "archive" / "objects").rglob("*"),
    ]:
        if path.is_file():
            path.unlink()
    said = gridhouse("trace", "nem.dispatch_price", code=1)
    assert "is missing" in said.stderr


def test_a_row_that_its_file_has_no_more_is_said(gridhouse, prepared_data, site):
    gridhouse("extract", "--from", str(site))
    with duckdb.connect(str(prepared_data / "raw.duckdb")) as connection:
        connection.execute("update nem.dispatch_price set _row_number = 999 where regionid = 'SA1'")
    said = gridhouse("trace", "nem.dispatch_price", "--where", "_row_number = 999", code=2)
    assert "row 999 of nem.dispatch_price" in said.stderr
