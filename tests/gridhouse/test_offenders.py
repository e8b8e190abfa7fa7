"""A data test that warns or fails names rows, and the files that they came from."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing, nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
import typer

import synthetic
from gridhouse import cli, dbt
from gridhouse.offenders import offenders
from gridhouse.settings import Settings
from tests.gridhouse.conftest import DAY, Command
from tests.gridhouse.test_locked_files import held

FEED, TABLE = "ercot_np6_345_cd", "ercot.np6_345_cd"  # hourly load, one file a day
STAGING = "stg_ercot__actual_load_by_weather_zone"


def change(path: Path, *statements: str) -> None:
    with closing(duckdb.connect(str(path))) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.slow
def test_a_build_names_the_rows_and_their_file(
    gridhouse: Command, prepared_data, manifest, tmp_path
):
    files = tmp_path / "files"
    options = {"operators": ["ercot"], "feeds": [FEED]}
    synthetic.write(files, 5, DAY, DAY + timedelta(1), **options)
    (published,) = files.rglob("*.zip")
    gridhouse("extract", "--from", str(files))
    hours = "select * from ercot.np6_345_cd where hour_ending"
    change(
        prepared_data / "raw.duckdb",
        # four hours a second time, and one whose zones no longer add up
        f"insert into {TABLE} {hours} in ('02:00', '03:00', '04:00', '05:00')",
        f"update {TABLE} set total_mw = total_mw + 1000 where hour_ending = '10:00'",
    )
    settings = Settings(data=prepared_data)
    assert dbt.invoke(settings, ["run", "--select", "+fct_files"], manifest).ok
    said = gridhouse("build", "--select", STAGING).stdout

    # central time was five hours behind, and an hour is named by its end
    found = re.findall(r"^warning: (.*\n(?:  .*\n)+)", said, re.MULTILINE)
    assert len(found) == 2, said
    sums, grain = sorted(found)
    assert "unique_grain" in grain and "reconciles" in sums
    first, *lines = grain.splitlines()
    assert "Got 4 results" in first
    rows = [
        re.fullmatch(
            r"  interval_start=2026-06-15 0([6-9]):00:00\+00:00, _file_id=(\w+) \((.+)\), "
            r"rows_of_key=2",
            line,
        ).groups()
        for line in lines
    ]
    assert len({hour for hour, *_ in rows}) == 3
    assert {name for *_, name in rows} == {published.name}
    with duckdb.connect(str(prepared_data / "raw.duckdb"), read_only=True) as raw:
        ids = raw.execute("select file_id from ercot._files").fetchall()
    assert {(file_id,) for _, file_id, _ in rows} == set(ids)

    (line,) = sums.splitlines()[1:]
    shown = dict(cell.split("=", 1) for cell in line.strip().split(", "))
    assert shown["interval_start"] == "2026-06-15 14:00:00+00:00" and shown["_row_number"] == "10"
    assert shown["_file_id"].endswith(f" ({published.name})")
    difference = float(shown["expected_figure"]) - float(shown["actual_figure"])
    assert difference == pytest.approx(1000, abs=0.1)
    assert float(shown["total_mw"]) == float(shown["expected_figure"]) and "coast_mw" in shown
    # neither a key nor spoken of by the test
    assert not {"iso", "market_date", "interval_end", "_loaded_at"} & set(shown)


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], str]:
    """What is said of a test with this SQL; nothing but `raw.main.ids` is there."""
    change(tmp_path / "house.duckdb")
    change(tmp_path / "it's raw.duckdb", "create table ids as select 'a' as file_id")

    def read(sql: str) -> str:
        test, manifest = SimpleNamespace(compiled_code=sql), SimpleNamespace(nodes={})
        return offenders(test, manifest, tmp_path / "house.duckdb", tmp_path / "it's raw.duckdb")

    return read


def test_three_rows_at_most_as_the_test_selects_them(read):
    sql = (
        "with n as (from range(5) as r (n))\nselect n, file_id, null as note from raw.ids, n -- all"
    )
    assert read(sql) == "".join(f"\n  n={n}, file_id=a, note=null" for n in range(3))


def test_rows_that_cannot_be_read_are_said_to_be(read, tmp_path):
    assert "rows could not be read: Catalog Error" in read("select * from gone")
    assert "rows could not be read: Conversion Error" in read("select 'x'::integer as n")
    with held(tmp_path / "house.duckdb", "write") as pid:
        said = read("select 1")
    assert "rows could not be read: " in said and "open in another program" in said
    assert str(pid) in said
    (tmp_path / "it's raw.duckdb").unlink()
    assert "rows could not be read: " in read("select 1")


def test_a_build_ends_well_though_rows_cannot_be_read(prepared_data, monkeypatch):
    def ends_with(*statuses: str):
        results = [
            SimpleNamespace(
                node=SimpleNamespace(
                    resource_type=kind, name="t", compiled_code="select * from gone", tags=[]
                ),
                status=status,
                message="Got 1 result",
            )
            for kind in ("test", "unit_test")
            for status in statuses
        ]
        done = SimpleNamespace(results=results)
        monkeypatch.setattr(
            dbt, "_dbt", lambda *_, **__: SimpleNamespace(success=True, exception=None, result=done)
        )
        return dbt.invoke(Settings(data=prepared_data), ["build"], SimpleNamespace(nodes={}))

    change(prepared_data / "gridhouse.duckdb")
    said = ends_with("pass", "warn", "fail", "error")
    assert said.ok and said.tests == 8
    assert ["could not be read" in line for line in said.warnings] == [True, False]
    # of a test that did not run there are no rows, and a unit test has none
    assert ["could not be read" in line for line in said.failures] == [True, False, False, False]


@pytest.mark.parametrize("tags", [[], ["rows_lost"]])
def test_rows_that_no_mart_has_fail_the_command_and_not_the_build(prepared_data, monkeypatch, tags):
    node = SimpleNamespace(resource_type="test", name="t", compiled_code="select 1", tags=tags)
    result = SimpleNamespace(node=node, status="warn", message="Got 1 result")
    done = SimpleNamespace(results=[result])
    monkeypatch.setattr(
        dbt, "_dbt", lambda *_, **__: SimpleNamespace(success=True, exception=None, result=done)
    )
    built = dbt.invoke(Settings(data=prepared_data), ["build"], SimpleNamespace(nodes={}))
    assert built.ok and built.rows_lost == bool(tags)
    with pytest.raises(typer.Exit) if tags else nullcontext():
        cli._exit(None, built)
