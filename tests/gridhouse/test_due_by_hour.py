"""When a method that lives on hours is due, as the assimilation does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from gridhouse.due import window_if_due

HOUR = timedelta(hours=1)
NEWEST = datetime(2026, 3, 10, 4, tzinfo=UTC)


def window(actuals, last, is_asked_for=False):
    return window_if_due(actuals, "interval_start", last, 30, 24, is_asked_for, HOUR)


@pytest.fixture
def actuals():
    """Forty days of hours up to `NEWEST`."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    return connection.sql(
        "select hour as interval_start, (hour at time zone 'America/Chicago')::date as market_date "
        f"from range(timestamptz '{NEWEST - timedelta(days=40)}', "
        f"timestamptz '{NEWEST + HOUR}', interval 1 hour) as hours (hour)"
    )


@pytest.mark.parametrize(("hours", "is_due"), [(0, False), (22, False), (23, True), (24, True)])
def test_one_more_day_makes_it_due(actuals, hours, is_due):
    """A daily build that starts some minutes earlier finds 23 hours."""
    assert bool(window(actuals, NEWEST - hours * HOUR)) == is_due


def test_it_is_due_where_there_was_none_or_it_is_asked_for(actuals):
    assert window(actuals, None)
    assert window(actuals, NEWEST, True)
    none = actuals.filter("false")
    assert window(none, None) is None
    assert window(none, None, True) is None


def test_the_window_is_the_last_days_to_the_hour(actuals):
    own = actuals.filter(window(actuals, None))
    found = own.aggregate("min(interval_start), max(interval_start), count(*)").fetchone()
    assert found == (NEWEST - timedelta(days=30) + HOUR, NEWEST, 30 * 24)
