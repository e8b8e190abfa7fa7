"""Many documents of ERCOT's archive in one call, from the mirror to the ledger."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.catalogue import Feed, load_catalogue
from extract.index import Candidate, Window
from extract.index.ercot_bulk import documents, grouped
from synthetic import mirror
from synthetic.writing import write
from tests.extract.account import backfill

DAY = date(2025, 11, 1)
WINDOW = Window(DAY, DAY + timedelta(1), datetime(2026, 6, 1, tzinfo=UTC))
BASE = "https://api.example/archive/np6-905-cd"


@pytest.fixture
def feed() -> Feed:
    """Quarter-hour prices, four documents a call."""
    found = load_catalogue()["ercot_np6_905_cd"]
    return found.model_copy(update={"index": found.index | {"docs_per_call": 4}})


def one(doc_id: int, url: str = BASE) -> Candidate:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    name = f"cdr.{doc_id}.zip"
    return Candidate("f", f"ercot:{doc_id}", name, f"{url}?download={doc_id}", moment)


def test_calls_hold_at_most_the_limit_and_keep_the_order(feed):
    listed = Candidate("f", "ercot:9", "a.zip", "https://mis.example/?doclookupId=9", None)
    calls = grouped(feed, [one(1), listed, *[one(n) for n in range(2, 7)]])
    assert [[p.key for p in c.parts] or c.key for c in calls] == [
        ["ercot:1", "ercot:2", "ercot:3", "ercot:4"],
        "ercot:9",
        ["ercot:5", "ercot:6"],
    ]
    assert calls[0].method == "POST" and calls[0].url == f"{BASE}/download"
    assert json.loads(calls[0].body) == {"docIds": [1, 2, 3, 4]}
    assert grouped(feed, [one(1)]) == [one(1)]


def test_a_document_that_the_answer_does_not_hold_is_missing(feed, tmp_path):
    (call,) = grouped(feed, [one(1), one(2)])
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("2.cdr.x.csv.zip", b"two")
        archive.writestr("3.cdr.y.csv.zip", b"not asked for")
    found = [(p.key, p.name, data) for p, data, _ in documents(call, tmp_path / "a.zip", 100)]
    assert found == [("ercot:2", "cdr.x.csv.zip", b"two")]


def test_a_damaged_document_costs_itself_alone(feed, tmp_path):
    (call,) = grouped(feed, [one(n) for n in range(4)])
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(4):
            archive.writestr(f"{n}.cdr.{n}.csv.zip", f"text {n}" * (30 if n == 2 else 1))
    path.write_bytes(path.read_bytes().replace(b"text 1", b"test 1"))
    found = {p.key: data or reason for p, data, reason in documents(call, path, 100)}
    assert found["ercot:0"] == b"text 0" and found["ercot:3"] == b"text 3"
    assert found["ercot:1"].startswith("cdr.1.csv.zip: cannot be read: BadZipFile: Bad CRC-32")
    assert found["ercot:2"].startswith("cdr.2.csv.zip: 180 bytes, the limit is 100")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[mirror.Mirror]:
    folder = tmp_path / "site"
    write(
        folder,
        3,
        DAY,
        DAY + timedelta(1),
        operators=["ercot"],
        feeds=["ercot_np6_905_cd"],
        hours=(0, 2),
        points=3,
    )
    account = mirror.Credentials("user", "password", "key", token_seconds=3600)
    with mirror.start(folder, credentials=account) as running:
        yield running


def test_a_backfill_takes_each_document_once(server, feed, prepared_data):
    first = backfill(server.url, feed, prepared_data, WINDOW, max_new=3)
    assert first.report.files == 3 and first.report.ok, first.report.problems
    second = backfill(server.url, feed, prepared_data, WINDOW)
    assert second.report.files == 5 and second.report.ok
    assert backfill(server.url, feed, prepared_data, WINDOW).report.files == 0
    with duckdb.connect(str(prepared_data / "raw.duckdb"), read_only=True) as connection:
        names, keys, rows = connection.execute(
            "select count(distinct name), count(distinct source_key), sum(rows_landed) "
            "from ercot._files"
        ).fetchone()
    assert (names, keys) == (8, 8) and rows == second.report.rows + first.report.rows


def test_a_part_that_is_not_in_the_answer_is_asked_for_again(
    server, feed, prepared_data, monkeypatch
):
    whole = documents

    def without_the_first(*arguments):
        return list(whole(*arguments))[1:]

    monkeypatch.setattr("extract.index.ercot_bulk.documents", without_the_first)
    lacking = backfill(server.url, feed, prepared_data, WINDOW)
    assert lacking.report.files == 6 and len(lacking.report.problems) == 2
    assert "asked for again" in lacking.report.problems[0]
    monkeypatch.undo()
    assert backfill(server.url, feed, prepared_data, WINDOW).report.files == 2
