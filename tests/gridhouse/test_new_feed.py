"""`gridhouse new-feed`: what is written from a data model can be used as it is."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from extract.catalogue import CATALOGUE, load_catalogue
from extract.run import Run
from gridhouse import new_feed
from gridhouse.cli import app

REPOSITORY = CATALOGUE.parent.parent
COLUMNS = """table,position,column,type,mandatory,primary_key,comment
TIDES,1,SETTLEMENTDATE,date,Y,Y,End of the interval
TIDES,2,DUID,varchar(10),Y,Y,Unit: the one that rests on the tide
TIDES,3,TIDEMW,"decimal(15,5)",N,N,Output
TIDES,4,PHASE,"decimal(2,0)",N,N,Phase of the moon
TIDES,5,END_DATE,date,N,N,
TIDES,6,LASTCHANGED,date,N,N,Last change
"""
CONFIG = """REPORT_NAME,REPORT_SUB_TYPE,VERSION,DESTINATION_TABLE,TRANSACTION_TYPE
DISPATCH,TIDE,2,TIDES,INSERT
TIDE,NULL,1,TIDES,INSERT
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "mmsdm_9_9_columns.csv").write_text(COLUMNS, "utf-8")
    (folder / "table_config_v9.9.csv").write_text(CONFIG, "utf-8")
    return folder


def command(*arguments: str | Path):
    return CliRunner().invoke(app, ["new-feed", "nem", *map(str, arguments)])


def test_a_table_becomes_a_feed(model: Path, tmp_path: Path) -> None:
    done = command("tides", "--data-model", model, "--to", tmp_path)
    assert done.exit_code == 0, done.output
    feed = load_catalogue(tmp_path)["nem_tides"]
    table = feed.tables[0]
    assert (table.record, table.also_records) == ("DISPATCH.TIDE", ("TIDE",))
    assert {c.name: (c.data_type, c.key, c.optional, c.endless) for c in table.columns} == {
        "settlementdate": ("timestamp", True, False, False),
        "duid": ("text", True, False, False),
        "tidemw": ("double", False, True, False),
        "phase": ("bigint", False, True, False),
        "end_date": ("timestamp", False, True, True),
        "lastchanged": ("timestamp", False, True, False),
    }
    assert feed.index == {"kind": "nemweb", "mmsdm": ["TIDES"]}
    names = [
        "PUBLIC_DVD_TIDES_202104010000.zip",
        "PUBLIC_ARCHIVE%23TIDES%23FILE01%23202603010000.zip",
        "PUBLIC_ARCHIVE#TIDES#FILE02#202603010000.CSV",
    ]
    assert all(any(p.search(name) for p in feed.name_patterns) for name in names)
    assert not any(p.search("PUBLIC_DVD_TIDES_D_202104010000.zip") for p in feed.name_patterns)
    sql = (tmp_path / "stg_nem__tides.sql").read_text("utf-8")
    assert "nem_interval_end('settlementdate - interval 5 minutes') }} as interval_start" in sql
    assert "trim(duid) as resource" in sql


def test_a_table_that_live_reports_hold_says_where(model: Path, tmp_path: Path) -> None:
    (model / "table_config_v9.9.csv").write_text(
        CONFIG + "DISPATCH,INTERCONNECTION,1,DISPATCH_INTERCONNECTION,INSERT\n", "utf-8"
    )
    (model / "mmsdm_9_9_columns.csv").write_text(
        COLUMNS.replace("TIDES,", "DISPATCH_INTERCONNECTION,"), "utf-8"
    )
    done = command("dispatch_interconnection", "--data-model", model, "--to", tmp_path)
    assert done.exit_code == 0, done.output
    assert "also stands in the reports of nem_dispatchis" in done.output


def test_columns_that_are_not_wanted_are_known_and_not_landed(model: Path) -> None:
    table = new_feed.draft("TIDES", model, ["tidemw"]).tables[0]
    assert [f.source for f in table.fields] == ["SETTLEMENTDATE", "DUID", "TIDEMW"]
    assert table.ignored == ("PHASE", "END_DATE", "LASTCHANGED")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["EBBS"], "no table EBBS; it has TIDES"),
        (["TIDES", "--column", "SALT"], "TIDES has no column SALT"),
    ],
)
def test_what_the_model_lacks_is_said(model: Path, arguments: list[str], words: str) -> None:
    done = command(*arguments, "--data-model", model)
    assert done.exit_code == 2 and words in done.output


def test_a_folder_without_the_model_is_said(tmp_path: Path) -> None:
    done = command("TIDES", "--data-model", tmp_path)
    assert done.exit_code == 2 and "has no mmsdm_*_columns.csv" in done.output


def test_a_model_without_a_column_is_said(model: Path) -> None:
    path = model / "mmsdm_9_9_columns.csv"
    path.write_text(path.read_text("utf-8").replace("primary_key", "key"), "utf-8")
    done = command("TIDES", "--data-model", model)
    words = " ".join(done.output.split())
    assert done.exit_code == 2 and "lacks the column(s) primary_key" in words


@pytest.mark.parametrize(
    ("table", "row", "words"),
    [
        ("TIDES", "GROUP,varchar(10),N", "column GROUP is a word of SQL"),
        ("TIDES", "Order,date,N", "column ORDER is a word of SQL"),
        ("TIDES", "LEFT,varchar(10),Y", "column LEFT is a word of SQL"),
        ("TIDES", "NO,varchar(10),N", "column NO is a value of YAML"),
        ("TIDES", "MARKET DATE,date,N", "column MARKET DATE is not made of letters"),
        ("TIDES", "FLOW__MW,date,N", "column FLOW__MW is not made of letters"),
        ("TIDES", "1ST,varchar(10),N", "column 1ST is not made of letters"),
        ("TIDES", "RESOURCE,varchar(10),N", "columns DUID, RESOURCE would all be resource"),
        ("TIDES", "tidemw,varchar(10),N", "columns TIDEMW, TIDEMW would all be tidemw"),
        ("TIDES", "SETTLEMENTDATE,date,Y", "SETTLEMENTDATE would all be settlementdate"),
        ("TIDES", "ISO,varchar(10),N", "column ISO has the name iso of a column that is added"),
        ("TIDES", "MARKET_DATE,varchar(10),N", "column MARKET_DATE has the name market_date"),
        ("EBB/FLOW", "DUID,varchar(10),Y", "EBB/FLOW cannot be written: its name is not made of"),
        ("EBBS", "DUID,varchar(10),N", "EBBS cannot be written: it has no key"),
    ],
)
def test_names_that_sql_or_yaml_cannot_take_are_refused(
    model: Path, tmp_path: Path, table: str, row: str, words: str
) -> None:
    name, kind, key = row.split(",")
    with (model / "mmsdm_9_9_columns.csv").open("a", encoding="utf-8") as file:
        file.write(f"{table},7,{name},{kind},N,{key},\n")
    with (model / "table_config_v9.9.csv").open("a", encoding="utf-8") as file:
        file.write(f"EBB,NULL,1,{table},INSERT\n" if table != "TIDES" else "")
    to = tmp_path / "nem"
    to.mkdir()
    done = command(table, "--data-model", model, "--to", to)
    assert done.exit_code == 2 and words in " ".join(done.output.split())
    assert list(to.iterdir()) == []


def test_an_odd_column_can_be_left_out(model: Path, tmp_path: Path) -> None:
    with (model / "mmsdm_9_9_columns.csv").open("a", encoding="utf-8") as file:
        file.write("TIDES,7,GROUP,varchar(10),N,N,\nTIDES,8,RESOURCE,varchar(10),N,N,\n")
    done = command("TIDES", "--column", "tidemw", "--data-model", model, "--to", tmp_path)
    assert done.exit_code == 0, done.output
    ignored = load_catalogue(tmp_path)["nem_tides"].tables[0].ignore_columns
    assert {"GROUP", "RESOURCE"} <= set(ignored)


def test_all_faults_are_said_at_once(model: Path) -> None:
    with (model / "mmsdm_9_9_columns.csv").open("a", encoding="utf-8") as file:
        file.write("TIDES,7,GROUP,varchar(10),N,N,\nTIDES,8,ORDER,varchar(10),N,N,\n")
    said = " ".join(command("TIDES", "--data-model", model).output.split())
    assert "column GROUP is" in said and "column ORDER is" in said


def test_a_trading_table_keeps_the_names_of_its_clock(model: Path) -> None:
    """Staging works out `minutes` for them, and would take a column of that name instead."""
    with (model / "mmsdm_9_9_columns.csv").open("a", encoding="utf-8") as file:
        file.write('EBBS,1,SETTLEMENTDATE,date,Y,Y,\nEBBS,2,MINUTES,"decimal(2,0)",N,N,\n')
    with (model / "table_config_v9.9.csv").open("a", encoding="utf-8") as file:
        file.write("TRADING,EBB,1,EBBS,INSERT\n")
    with pytest.raises(new_feed.BadNames, match="MINUTES has the name minutes"):
        new_feed.draft("EBBS", model)


def test_files_of_a_generated_feed_land(model: Path, tmp_path: Path, prepared_data: Path) -> None:
    catalogue, files = tmp_path / "nem", tmp_path / "files"
    catalogue.mkdir()
    files.mkdir()
    assert command("TIDES", "--data-model", model, "--to", catalogue).exit_code == 0
    (files / "PUBLIC_DVD_TIDES_202104010000.CSV").write_text(
        "C,SETP.WORLD,DVD_TIDES,AEMO,PUBLIC,2021/05/09,10:02:04,1,,1\n"
        "I,DISPATCH,TIDE,2,SETTLEMENTDATE,DUID,TIDEMW,PHASE,END_DATE,LASTCHANGED\n"
        'D,DISPATCH,TIDE,2,"2021/04/01 00:05:00",EBB1,-12.5,3,"2999/12/31 00:00:00",\n'
        'D,DISPATCH,TIDE,2,"2021/04/01 00:05:00",FLOOD1,0,,,"2021/04/01 00:00:01"\n'
        "C,END OF REPORT,5\n"
    )
    feeds = load_catalogue(tmp_path)
    with Run(prepared_data, feeds) as run:
        run.prepare()
        run.from_folder(files, list(feeds))
    assert run.report.problems == [] and run.report.warnings == []
    with duckdb.connect(str(prepared_data / "raw.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select settlementdate, duid, tidemw, phase, year(end_date), lastchanged "
            "from nem.tides order by duid"
        ).fetchall()
    at = datetime(2021, 4, 1, 0, 5)
    assert rows == [
        (at, "EBB1", -12.5, 3, 2999, None),
        (at, "FLOOD1", 0.0, None, None, datetime(2021, 4, 1, 0, 0, 1)),
    ]


def test_nothing_is_written_over(model: Path, tmp_path: Path) -> None:
    assert command("TIDES", "--data-model", model, "--to", tmp_path).exit_code == 0
    again = command("TIDES", "--data-model", model, "--to", tmp_path)
    assert again.exit_code == 2 and "is there already" in again.output


@pytest.mark.real
def test_every_table_of_aemos_model_becomes_a_feed(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "nem" / "data_model"
    with (folder / "mmsdm_5_7_columns.csv").open(encoding="utf-8", newline="") as file:
        tables = sorted({row["table"] for row in csv.DictReader(file)})
    assert len(tables) == 55
    for table in tables:
        new_feed.write(new_feed.draft(table, folder), tmp_path)
    assert len(load_catalogue(tmp_path).of("nem")) == 55
    texts = [p.read_text("utf-8") for p in tmp_path.iterdir()]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 100


@pytest.mark.slow
def test_dbt_takes_what_is_written(model: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("models", "macros", "seeds", "tests/dbt", "docs"):
        shutil.copytree(REPOSITORY / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(REPOSITORY / name, project / name)
    written = new_feed.write(new_feed.draft("TIDES", model), project / "models/staging/nem")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "parse", "--quiet", "--warn-error",
         "--project-dir", str(project), "--profiles-dir", str(project)],
        env={"PATH": "/usr/bin:/bin", "GRIDHOUSE_DATA": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stg_nem__tides" in (project / "target" / "manifest.json").read_text("utf-8")
    assert len(written) == 2
