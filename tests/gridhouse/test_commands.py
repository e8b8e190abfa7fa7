"""The commands against the mirror: what a second run does, limits, windows, output for machines."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import synthetic
from gridhouse import check
from synthetic import mirror
from synthetic.mirror import base_urls
from tests.gridhouse.conftest import DAY, FEED, Command

QUARTERS = "ercot_np6_905_cd"
CAISO_FEED, CAISO_DAY = "caiso_prc_lmp", date(2025, 9, 29)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of quarter-hourly prices, a day of hourly ones, three days of CAISO's."""
    folder = tmp_path_factory.mktemp("site")
    options = {"operators": ["ercot"], "points": 3}
    synthetic.write(folder, 5, DAY, DAY + timedelta(1), feeds=[FEED], **options)
    synthetic.write(folder, 5, DAY, DAY + timedelta(1), feeds=[QUARTERS], hours=(8, 9), **options)
    days = CAISO_DAY, CAISO_DAY + timedelta(3)
    synthetic.write(folder, 5, *days, operators=["caiso"], feeds=[CAISO_FEED], points=2)
    return folder


@pytest.fixture
def server(site: Path, monkeypatch: pytest.MonkeyPatch):
    with mirror.start(site) as running:
        for name, url in base_urls(running.url).items():
            monkeypatch.setenv(name, url)
        yield running


def landed_files(data: Path, operator: str) -> list[str]:
    """Names in the order of landing."""
    with duckdb.connect(str(data / "raw.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            f"select name from {operator}._files order by loaded_at, name"
        ).fetchall()
    return [name for (name,) in rows]


def feeds(command: Command, *arguments: str, code: int = 0) -> dict[str, dict]:
    """What a command with --json says of each feed."""
    return json.loads(command(*arguments, "--json", code=code).stdout)["extract"]["feeds"]


def downloads(server: mirror.Mirror) -> list[str]:
    """What was asked for beside lists since the last call."""
    asked = [
        r["query"]
        for r in server.stats()["requests"]
        if "mirDownload" in r["path"] or "SingleZip" in r["path"]
    ]
    server.reset_stats()
    return asked


def test_a_second_extraction_downloads_and_lands_nothing(gridhouse, prepared_data, server):
    first = feeds(gridhouse, "extract", "NP4-190-CD", QUARTERS)
    assert (first[FEED]["files"], first[FEED]["rows"]) == (1, 24 * 3)
    assert first[QUARTERS]["files"] == 4  # one each quarter of an hour
    assert len(downloads(server)) == 5
    landed = landed_files(prepared_data, "ercot")
    assert "Nothing new" in gridhouse("extract", "NP4-190-CD", QUARTERS).stdout
    assert downloads(server) == []
    assert landed_files(prepared_data, "ercot") == landed and len(landed) == 5


def test_max_new_takes_the_oldest_and_the_next_run_goes_on(gridhouse, prepared_data, server):
    names = [f"SPPHLZNP6905_20260615_{stamp}" for stamp in ("0815", "0830", "0845", "0900")]
    for count in (3, 4):
        gridhouse("extract", QUARTERS, "--max-new", "3")
        found = landed_files(prepared_data, "ercot")
        assert len(found) == count
        assert all(n in f for n, f in zip(names, found, strict=False)), found


@pytest.mark.parametrize("order", [[], ["--newest-first"]])
def test_backfill_lands_one_window_after_the_other(gridhouse, prepared_data, server, order):
    span = ["--start", str(CAISO_DAY), "--end", str(CAISO_DAY + timedelta(2)), "--chunk-days", "1"]
    report = feeds(gridhouse, "backfill", CAISO_FEED, *span, *order)[CAISO_FEED]
    assert report["files"] == 3 and report["rows"] > 0 and report["rejected"] == 0
    starts = [q.split("startdatetime=")[1][:8] for q in downloads(server)]
    expected = ["20250929", "20250930", "20251001"]
    assert starts == (expected[::-1] if order else expected)
    days = [name[:8] for name in landed_files(prepared_data, "caiso")]
    assert days == starts
    again = feeds(gridhouse, "backfill", CAISO_FEED, *span, *order)
    assert again[CAISO_FEED]["files"] == 0
    assert len(landed_files(prepared_data, "caiso")) == 3


def test_replay_lands_the_same_rows_without_the_network(gridhouse, prepared_data, server):
    gridhouse("extract", "NP4-190-CD", QUARTERS)
    before = landed_files(prepared_data, "ercot")
    (prepared_data / "raw.duckdb").unlink()
    downloads(server)
    again = feeds(gridhouse, "replay")
    assert server.stats()["total"] == 0
    assert again[FEED]["rows"] == 24 * 3 and again[QUARTERS]["files"] == 4
    assert sorted(landed_files(prepared_data, "ercot")) == sorted(before)


def test_what_is_broken_shows_in_exit_code_and_json(gridhouse, site, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    good = next(site.rglob("*DAMSPNP4190*.zip"))
    shutil.copy(good, files)
    broken = files / good.name.replace("20260614", "20260613")
    broken.write_bytes(good.read_bytes()[:200])
    (files / "notes.txt").write_text("of no feed")
    said = json.loads(gridhouse("extract", "--from", str(files), "--json", code=1).stdout)
    assert said["ok"] is False and said["extract"]["feeds"][FEED]["files"] == 1
    assert said["extract"]["feeds"][FEED]["quarantined"] == 1
    (problem,) = said["extract"]["problems"]
    assert broken.name in problem and "quarantined" in problem
    assert said["extract"]["not_recognised"] == [str(files / "notes.txt")]


def test_a_build_before_any_extraction_says_what_to_do(gridhouse, prepared_data):
    (prepared_data / "raw.duckdb").unlink()
    said = gridhouse("build", code=1).stderr
    assert "nothing was extracted yet" in said and "gridhouse extract" in said
    assert "ercot_np4_190_cd" in gridhouse("catalog").stdout  # works on nothing


def test_check_names_the_step_that_fails(gridhouse, monkeypatch, tmp_path):
    monkeypatch.setattr(check, "FIXTURES", tmp_path)
    folder = tmp_path / "ercot_np6_322_cd"
    folder.mkdir()
    name = "cdr.00013114.0000000000000000.20260615.163020.SCEDSYSLAMBDANP6322_20260615_163012.csv"
    (folder / name).write_text("<html>not found</html>")
    said = gridhouse("check", "NP6-322-CD", code=1).stdout
    steps = {line.split()[1]: line.split()[3] for line in said.splitlines() if line[:1] == "│"}
    assert steps == {"list": "ok", "parse": "failed", "contract": "ok", "load": "failed"}
    assert name in said


@pytest.mark.slow
@pytest.mark.parametrize("feed", ["nem_tradingis", "NP6-322-CD"])  # by the mirror, by samples
def test_check_takes_a_feed_the_whole_way(gridhouse, feed):
    said = gridhouse("check", feed).stdout
    steps = {line.split()[1]: line.split()[3] for line in said.splitlines() if line[:1] == "│"}
    assert steps == dict.fromkeys(["list", "parse", "contract", "load", "staging", "grain"], "ok")


@pytest.mark.slow
def test_run_then_catalog_then_run_again(gridhouse, prepared_data, server):
    said = json.loads(gridhouse("run", "NP4-190-CD", "--json").stdout)
    assert said["ok"] and said["build"]["ok"] and said["build"]["tests"] > 100
    assert said["extract"]["feeds"][FEED]["rows"] == 24 * 3
    (feed,) = [f for f in json.loads(gridhouse("catalog", "--json").stdout) if f["feed"] == FEED]
    assert (feed["files"], feed["rows"]) == (1, 24 * 3)
    # midnight to midnight in Texas, in June
    assert feed["first_interval"] == "2026-06-15 05:00"
    assert feed["last_interval"] == "2026-06-16 04:00"
    again = gridhouse("run", "NP4-190-CD").stdout
    assert "Nothing new" in again and "tests in" in again


def test_a_folder_without_files_of_a_feed_says_so(gridhouse: Command, tmp_path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "notes.txt").write_text("not a feed")
    said = gridhouse("extract", "--from", str(tmp_path / "files")).stdout
    assert "nothing for the feeds that were asked for" in said and "notes.txt" in said


def test_a_selection_of_nothing_is_wrong_usage(gridhouse: Command) -> None:
    said = gridhouse("build", "--select", "nosuchmodel", code=2).stderr
    assert "--select nosuchmodel names nothing" in said
