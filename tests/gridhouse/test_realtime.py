"""`gridhouse realtime`: what landed is built, if not now then later."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

import synthetic
from extract.locks import Locked
from extract.run import Report
from gridhouse import dbt, jobs
from gridhouse.settings import Settings
from synthetic import mirror
from tests.gridhouse.conftest import DAY, FEED

OTHER = "nem_tradingis"


class EnoughSaid(Exception):
    """Ends a loop as a person would."""


class Loop:
    """A loop whose extractions and builds end as told: a list of what each does, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, data: Path):
        self.settings = Settings(data=data)
        self.extractions: list[dict[str, int] | Exception] = []  # rows by feed
        self.results: list[bool | Exception] = []
        self.built: list[set[str] | None] = []  # the feeds of each build; None: everything
        self.said: list[str] = []
        self.parsed = 0  # how often the project was read
        monkeypatch.setattr(jobs, "extract", self._extract)
        monkeypatch.setattr(dbt, "parse", self._parse)
        monkeypatch.setattr(dbt, "build", self._build)
        monkeypatch.setattr(jobs, "RETRY_S", 0.05)

    def _extract(self, settings, feeds, *, window):
        landed = self.extractions.pop(0) if self.extractions else {}
        if isinstance(landed, Exception):
            raise landed
        report = Report()
        for feed, rows in landed.items():
            report.of(feed).files, report.of(feed).rows = 1, rows
        return report

    def _parse(self, settings):
        self.parsed += 1
        return self.parsed

    def _build(self, settings, *, select, exclude, manifest):
        # seeds may have been corrected since the whole build before
        assert manifest == self.parsed == self.built.count(None) + (select is None)
        # accounts of sixty days ago, and fits, are left to the whole builds
        late = ["tag:disclosed_late", "tag:fitted"]
        assert list(exclude) == ([] if select is None else late)
        if select is not None:
            assert set(jobs.LEDGER_MARTS) <= set(select)
            # other views stand since the whole build; their tests are run
            kinds = {s.split(",")[1] for s in select if s.startswith("source:")}
            assert kinds == {
                "config.materialized:incremental",
                "config.materialized:table",
                "tag:made_of_data",
                "resource_type:test",
            }
            select = {s[7:].split("+")[0] for s in select if s.startswith("source:")}
        self.built.append(select)
        result = self.results.pop(0) if self.results else True
        if isinstance(result, Exception):
            raise result
        return dbt.Build(ok=result, failures=[] if result else ["model x: error"])

    def run(self, seconds: float = 1.0) -> bool:
        return jobs.realtime(self.settings, [FEED, OTHER], 0.1, seconds, self.said.append)


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Loop:
    return Loop(monkeypatch, tmp_path)


def test_the_first_build_is_whole_and_later_ones_take_what_changed(loop):
    loop.extractions = [{}, {}, {FEED: 5}, {}, {OTHER: 1, FEED: 1}]
    assert loop.run()
    assert loop.built == [None, {FEED}, {FEED, OTHER}]


def test_a_failed_build_is_tried_again_with_what_came_since(loop):
    loop.extractions = [{}, {FEED: 5}, {OTHER: 3}]
    loop.results = [True, False, False, False]
    assert not loop.run()  # for the exit code
    assert loop.built[:2] == [None, {FEED}]
    assert loop.built[-1] == {FEED, OTHER}
    assert len(loop.built) == 5  # three failures, then all was well and nothing new came
    assert "failure: model x: error" in loop.said


@pytest.mark.parametrize("error", [Locked("gridhouse.duckdb is open"), OSError("disk full")])
def test_a_build_that_is_kept_out_is_said_and_tried_again(loop, error):
    loop.extractions = [{}, {FEED: 5}]
    loop.results = [True, error]
    assert not loop.run()
    assert loop.built == [None, {FEED}, {FEED}]
    assert f"problem: {error}" in loop.said


def test_a_project_that_cannot_be_read_is_said_and_read_again(loop, monkeypatch):
    read, faults = dbt.parse, [dbt.Unreadable("a comma is missing")]

    def parse(settings):
        if faults:
            raise faults.pop()
        return read(settings)

    monkeypatch.setattr(dbt, "parse", parse)
    assert not loop.run()
    assert loop.built == [None]
    assert "problem: a comma is missing" in loop.said


def test_a_project_that_cannot_be_read_is_named(monkeypatch, prepared_data: Path, tmp_path: Path):
    (tmp_path / "dbt_project.yml").write_text("name: [")
    monkeypatch.setattr(dbt, "PROJECT", tmp_path)
    with pytest.raises(dbt.Unreadable, match=re.escape(f"the project {tmp_path}: ")):
        dbt.parse(Settings(data=prepared_data))


def test_what_an_extraction_landed_before_it_broke_off_is_built(loop):
    loop.extractions = [{}, Locked("raw.duckdb is open")]
    assert not loop.run()
    assert loop.built == [None, {FEED, OTHER}]


def test_builds_are_whole_until_one_has_passed_and_once_a_day(loop, monkeypatch):
    loop.extractions = [{FEED: 1}]
    loop.results = [False, False]
    loop.run()
    assert loop.built == [None, None, None]
    loop.built.clear()
    loop.parsed = 0
    monkeypatch.setattr(jobs, "WHOLE_S", 0.0)
    loop.extractions = [{FEED: 1}, {FEED: 1}]
    loop.run()
    assert loop.built == [None, None]


def test_views_whose_sql_rests_on_rows_are_made_again(manifest):
    """A model asks for rows while it is compiled if it, or a macro that it calls, runs a query."""
    macros = {macro.name: macro for macro in manifest.macros.values()}

    def asks(sql: str, seen: frozenset[str] = frozenset()) -> bool:
        called = {name for name in re.findall(r"\b(\w+)\(", sql) if name in macros} - seen
        return "run_query" in called or any(
            asks(macros[name].macro_sql, seen | called) for name in called
        )

    views = {
        node.name: node.config.tags
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.config.materialized == "view"
        and asks(node.raw_code)
    }  # fmt: skip
    assert "int_rows__unresolved" in views
    assert all("made_of_data" in tags for tags in views.values()), views


def test_a_quarantined_file_shows_in_the_ledger_marts(loop, monkeypatch):
    quarantined = Report()
    quarantined.of(FEED).set_aside = 1
    reports = [Report(), quarantined]
    monkeypatch.setattr(jobs, "extract", lambda *_, window: reports.pop(0) if reports else Report())
    loop.run()
    assert loop.built == [None, {FEED}]


@pytest.mark.slow
def test_published_files_reach_prices_and_ledger(prepared_data: Path, tmp_path: Path):
    """Against the mirror; the second file is published after the first build.

    How soon is measured in bench/realtime.py.
    """
    folder, feed = tmp_path / "site", "ercot_np6_905_cd"

    def publish(hour: int) -> None:
        synthetic.write(
            folder, 5, DAY, DAY + timedelta(1), points=3, hours=(hour, hour + 1), feeds=[feed],
            operators=["ercot"],
        )  # fmt: skip

    publish(8)
    said = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            raise EnoughSaid
        publish(9)

    with mirror.start(folder) as server, pytest.raises(EnoughSaid):
        settings = jobs.against_mirror(Settings(data=prepared_data), server.url)
        jobs.realtime(settings, [feed], 0.5, 600, say)
    with duckdb.connect(str(prepared_data / "gridhouse.duckdb"), read_only=True) as connection:
        counts = connection.execute(
            "select (select count(distinct interval_start) from marts.fct_price_intervals), "
            "(select count(*) from ops.files where status = 'landed'), "
            "(select count(*) from marts.fct_feed_outcomes where kind = 'download')"
        ).fetchone()
    assert counts == (8, 8, 8)
    assert all("16 rows landed, built in" in line for line in said), said  # four files of four
