"""`gridhouse backfill --holes`: days that lack intervals are asked for, filled or given up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

import synthetic
from gridhouse import dbt, holes
from gridhouse.settings import Settings
from synthetic import mirror
from synthetic.mirror import base_urls
from tests.gridhouse.conftest import Command

pytestmark = [pytest.mark.slow, pytest.mark.ci]

FEED, ONE = "caiso_prc_lmp", timedelta(1)
DAYS = [date(2025, 9, 26) + timedelta(n) for n in range(5)]
NOON = datetime(2025, 10, 1, 19, tzinfo=UTC)  # noon of the day after, in California


def write(site: Path, *days: date) -> None:
    for day in days:
        synthetic.write(site, 5, day, day + ONE, operators=["caiso"], feeds=[FEED], points=1)


def outcomes(data: Path) -> list[tuple]:
    with duckdb.connect(str(data / "raw.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select url_or_path, outcome from caiso._outcomes where kind = 'hole' order by all"
        ).fetchall()


def test_holes_are_filled_stay_open_and_are_given_up(
    gridhouse: Command, prepared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write(site, DAYS[0], DAYS[3])  # of five days; the last one is still missing at noon
    gridhouse("extract", "--from", str(site))
    gridhouse("build", "--select", "markets", "--select", f"+{holes.COMPLETENESS}")
    write(site, DAYS[1])
    with mirror.start(site) as running:
        for name, url in base_urls(running.url).items():
            monkeypatch.setenv(name, url)
        settings = Settings(data=prepared_data)

        def fill(days_later: int = 0) -> tuple:
            done = holes.fill(settings, [FEED], 14, now=NOON + days_later * ONE)
            assert done.ok, (done.report, done.build)
            kinds = done.filled, done.still_open, done.given_up, done.no_feed
            return done, [[h.day for h in kind] for kind in kinds]

        done, found = fill()
        assert done.asked == {FEED: [DAYS[1], DAYS[2], DAYS[4]]}
        assert found == [[DAYS[1]], [DAYS[2], DAYS[4]], [], []]
        assert {h.missing for h in done.still_open} == {24}
        key = "hole:fct_price_intervals/CAISO/DAM/HUB/"
        assert outcomes(prepared_data) == [(f"{key}{d}", "open") for d in (DAYS[2], DAYS[4])]

        write(site, DAYS[4])  # late, but it comes
        _, found = fill(days_later=1)
        assert found[:3] == [[DAYS[4]], [DAYS[2], DAYS[4] + ONE], []]
        _, found = fill(days_later=3)
        assert found[2] == [DAYS[2]] and DAYS[2] not in found[1]
        assert (f"{key}{DAYS[2]}", "given_up") in outcomes(prepared_data)
        done, found = fill(days_later=3)
        assert DAYS[2] not in done.asked[FEED] and found[2] == [DAYS[2]]


def test_what_no_feed_can_be_asked_for_is_said(
    gridhouse: Command, prepared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hole = holes.Hole("fct_load_intervals", "CAISO", None, "ZONE", DAYS[0], 24)
    monkeypatch.setattr(holes, "find", lambda *_: [hole])
    monkeypatch.setattr(dbt, "build", lambda *_, **__: pytest.fail("nothing was asked for"))
    done = holes.fill(Settings(data=prepared_data), [FEED], 14, now=NOON)
    assert done.no_feed == [hole] and done.asked == {} and done.report is None


def test_holes_need_a_warehouse_and_go_by_days(gridhouse: Command) -> None:
    assert "gridhouse build" in gridhouse("backfill", "--holes", code=2).stderr
    assert "--days" in gridhouse("backfill", "--holes", "--start", "2026-01-01", code=2).stderr
    gridhouse("backfill", "--days", "3", "--start", "2026-01-01", "--end", "2026-01-02", code=2)


def test_days_are_asked_for_in_runs() -> None:
    assert holes.spans([DAYS[0], DAYS[1], DAYS[3]]) == [(DAYS[0], DAYS[1]), (DAYS[3], DAYS[3])]
    assert holes.spans([]) == []
