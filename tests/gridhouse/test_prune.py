"""`gridhouse ledger prune` between two extractions, its output, and its locks."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import synthetic
from extract.locks import lock
from synthetic import mirror
from synthetic.mirror import base_urls
from tests.gridhouse.conftest import DAY, FEED

CAISO, CAISO_DAY = "caiso_prc_lmp", date(2025, 9, 29)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    options = {"points": 2}
    synthetic.write(
        tmp_path / "site", 5, DAY, DAY + timedelta(1), operators=["ercot"], feeds=[FEED], **options
    )
    synthetic.write(
        tmp_path / "site", 5, CAISO_DAY, CAISO_DAY + timedelta(2), operators=["caiso"],
        feeds=[CAISO], **options,
    )  # fmt: skip
    with mirror.start(tmp_path / "site") as running:
        for name, url in base_urls(running.url).items():
            monkeypatch.setenv(name, url)
        yield running


def test_what_was_fetched_is_not_fetched_again(gridhouse, prepared_data, server):
    span = ["--start", str(CAISO_DAY), "--end", str(CAISO_DAY + timedelta(1))]

    def extract() -> list[str]:
        server.reset_stats()
        gridhouse("extract", FEED)
        gridhouse("extract", CAISO, *span)
        asked = server.stats()["requests"]
        return [r["query"] for r in asked if "mirDownload" in r["path"] or "Single" in r["path"]]

    def rows() -> list[int]:
        with duckdb.connect(str(prepared_data / "raw.duckdb"), read_only=True) as connection:
            return [
                connection.execute(f"select count(*) from {table}").fetchone()[0]
                for table in ("ercot.np4_190_cd", "caiso.prc_lmp", "ercot._files", "caiso._files")
            ]

    assert extract()
    landed = rows()
    again = extract()  # one answer that may have been corrected since is asked for again
    for _ in range(3):
        gridhouse("extract", FEED)
    told = json.loads(gridhouse("ledger", "prune", "--keep", "1", "--dry-run", "--json").stdout)
    assert told["dry_run"] and sum(p["attempts"] for p in told["operators"]) > 0
    said = gridhouse("ledger", "prune", "--keep", "1").stdout
    for p in told["operators"]:
        assert f"{p['operator']}: {p['attempts']:,} attempts, 0 quarantined files" in said
    assert extract() == again and rows() == landed
    nothing = json.loads(gridhouse("ledger", "prune", "--keep", "9", "--json").stdout)
    assert {p["attempts"] for p in nothing["operators"]} == {0}


def test_it_waits_for_an_extraction_and_says_who_runs(gridhouse, prepared_data):
    with lock(prepared_data, "extract", 1):
        assert "extract lock" in gridhouse("ledger", "prune", "--keep", "5", code=75).stderr
    gridhouse("ledger", "prune", "--keep", "0", code=2)
    gridhouse("ledger", "prune", code=2)


def test_where_nothing_has_landed_it_says_so(gridhouse, prepared_data):
    (prepared_data / "raw.duckdb").unlink()
    assert "Nothing has landed" in gridhouse("ledger", "prune", "--keep", "1").stdout
    assert not (prepared_data / "raw.duckdb").exists()
