"""When a method has enough new data for another run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from gridhouse.due import window_if_due

LAST = datetime(2026, 6, 15, 23, 55, 11, tzinfo=UTC)


def rows(*instants: datetime) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("create table runs (market_date date, run_at timestamptz)")
    for at in instants:
        connection.execute("insert into runs values (?, ?)", [at.date(), at])
    return connection.table("runs")


@pytest.mark.parametrize(
    ("after", "is_due"),
    [
        (timedelta(0), False),
        (timedelta(hours=23, minutes=44), False),
        # runs are not on a grid: the last one of a day comes some seconds earlier than another's
        (timedelta(hours=23, minutes=59, seconds=59), True),
        (timedelta(hours=24), True),
    ],
)
def test_a_day_of_new_runs_is_due(after: timedelta, is_due: bool) -> None:
    assert (window_if_due(rows(LAST + after), "run_at", LAST, 30, 24) is not None) is is_due


def test_nothing_is_due_without_rows() -> None:
    assert window_if_due(rows(), "run_at", None, 30, 24) is None
    assert window_if_due(rows(), "run_at", None, 30, 24, is_asked_for=True) is None
    assert window_if_due(rows(LAST), "run_at", None, 30, 24) is not None
    assert window_if_due(rows(LAST), "run_at", LAST, 30, 24, is_asked_for=True) is not None


def test_the_window_holds_the_last_days() -> None:
    old, new = LAST - timedelta(days=3), LAST - timedelta(days=3) + timedelta(minutes=1)
    of = rows(old, new, LAST)
    kept = of.filter(window_if_due(of, "run_at", None, 3, 24))
    assert kept.order("run_at").fetchall() == [(date(2026, 6, 12), new), (LAST.date(), LAST)]
