"""What the ledger may forget: nothing that keeps a publication from coming twice."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.archive import Entry
from extract.catalogue import load_catalogue
from extract.ledger import OutcomeRow
from extract.prune import Pruned, prune
from extract.run import Report, Run

FEED = "ercot_np4_190_cd"
GOOD = (
    "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"
    "06/15/2026,01:00,A,{},N\n"
)
BAD = "<html>{}</html>"
NONE_READ = GOOD.replace("{}", "dear")  # a row, and no price in it


class Ledger:
    """A data folder that publications and attempts arrive in, one load each."""

    def __init__(self, data: Path):
        self.data, self.catalogue = data, load_catalogue()

    def fetch(self, key: str, text: str) -> Report:
        content = text.encode()
        sha256 = hashlib.sha256(content).hexdigest()
        entry = Entry(
            FEED, key, f"{key}.csv", sha256, len(content), "http://x", None, datetime.now(UTC)
        )
        with Run(self.data, self.catalogue) as run:
            run.keep(self.catalogue[FEED], entry, content)
            run.flush()
        return run.report

    def note(self, kind: str, outcome: str, url: str, days_ago: float, feed: str = FEED) -> None:
        at = datetime.now(UTC) - timedelta(days=days_ago)
        with Run(self.data, self.catalogue) as run:
            run.note(OutcomeRow(at, "ercot", feed, kind, outcome, url))
            run.flush()

    def packs(self) -> list[Path]:
        """In the order of the runs, each of which has one."""
        return sorted((self.data / "archive" / "packs").iterdir())

    def known(self) -> dict:
        with Run(self.data, self.catalogue) as run:
            return asdict(run.known_of("ercot"))

    def prune(self, keep: int, dry_run: bool = False) -> Pruned:
        done = prune(self.data, self.catalogue, keep=keep, dry_run=dry_run)
        assert all(not (p.attempts + p.files) for p in done if p.operator != "ercot")
        return next(p for p in done if p.operator == "ercot")

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.data / "raw.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def attempts(self) -> list[tuple]:
        return self.query(
            "select kind, outcome, url_or_path from ercot._outcomes order by loaded_at"
        )

    def files(self) -> list[tuple]:
        return self.query("select name, status from ercot._files order by loaded_at")


@pytest.fixture
def ledger(prepared_data) -> Ledger:
    return Ledger(prepared_data)


def test_old_attempts_go_but_those_that_something_rests_on(ledger):
    ledger.fetch("a", GOOD.format(20))
    ledger.fetch("a", GOOD.format(20))  # met again: found unchanged
    ledger.note("download", "ok", "http://old", 36)
    ledger.note("download", "ok", "http://asked", 34)
    ledger.note("download", "http_error", "http://failed", 1)
    for n in range(3):
        ledger.note("list", "empty", f"list {n}", 0)
    ledger.note("list", "empty", "of another feed", 90, "ercot_np6_905_cd")
    before, seen = ledger.known(), ledger.attempts()
    assert len(seen) == 9
    told = ledger.prune(keep=2, dry_run=True)
    assert ledger.attempts() == seen and ledger.known() == before
    assert told == ledger.prune(keep=2) == Pruned("ercot", attempts=4)
    assert ledger.attempts() == [
        ("parse", "ok", "a.csv"),
        ("download", "ok", "http://asked"),
        ("list", "empty", "list 1"),
        ("list", "empty", "list 2"),
        ("list", "empty", "of another feed"),
    ]
    assert ledger.known() == before
    assert ledger.prune(keep=2) == Pruned("ercot")
    assert ledger.fetch("a", GOOD.format(20)).files == 0
    assert ledger.query("select count(*) from ercot.np4_190_cd") == [(1,)]


def test_a_quarantined_file_goes_when_its_bytes_are_gone(ledger):
    ledger.fetch("lost", NONE_READ)
    ledger.fetch("kept", BAD.format("kept"))
    ledger.fetch("mended", BAD.format("mended"))
    ledger.fetch("mended", GOOD.format(20))
    ledger.fetch("landed", GOOD.format(21))
    ledger.fetch("again", GOOD.format(22))
    ledger.fetch("again", BAD.format("again"))
    ledger.fetch("newest", BAD.format("newest"))
    packs = ledger.packs()
    for number in (0, 2, 4, 6, 7):  # of all but "kept" and what landed of "mended" and "again"
        packs[number].unlink()
    before, files = ledger.known(), ledger.files()
    lost = ("lost.csv", "quarantined")
    assert files[0] == lost and len(files) == 8
    assert ledger.query("select count(*) from ercot._rejected_rows") == [(1,)]
    # one attempt: that of the lost file, which no row of `_files` is left for
    told = ledger.prune(keep=1, dry_run=True)
    assert ledger.files() == files
    assert told == ledger.prune(keep=1) == Pruned("ercot", attempts=1, files=1, rejected_rows=1)
    # "kept" has its bytes; "mended" and "again" have landed, so their history tells what is settled
    assert ledger.files() == files[1:]
    assert ledger.query("select count(*) from ercot._rejected_rows") == [(0,)]
    after = ledger.known()
    (gone,) = before["archived"] - after["archived"]
    assert gone[0] == "lost"
    assert len(before["quarantined"].keys() - after["quarantined"].keys()) == 1
    unchanged = before.keys() - {"archived", "quarantined"}
    assert [after[name] for name in unchanged] == [before[name] for name in unchanged]
    # the publication comes again, as it would have, and now its bytes are kept
    assert ledger.fetch("lost", NONE_READ).of(FEED).set_aside == 1
    assert ledger.files() == [*files[1:], lost]
    assert len(ledger.packs()) == len(packs) - 5 + 1
    assert ledger.fetch("landed", GOOD.format(21)).files == 0
    unknown = (
        "select count(*) from ercot.np4_190_cd "
        "where _file_id not in (select file_id from ercot._files)"
    )
    assert ledger.query(unknown) == [(0,)]
    assert ledger.query("select count(*) from ercot.np4_190_cd") == [(3,)]


def test_what_a_killed_run_left_is_not_touched(ledger):
    ledger.note("list", "empty", "first", 1)
    ledger.note("list", "empty", "second", 1)
    with duckdb.connect(str(ledger.data / "raw.duckdb")) as connection:
        connection.execute(
            "update ercot._outcomes set _dlt_load_id = 'broken' where url_or_path = 'first'"
        )
    assert ledger.prune(keep=1) == Pruned("ercot")
    assert len(ledger.attempts()) == 2
