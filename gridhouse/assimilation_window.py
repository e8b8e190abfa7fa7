"""Whether there are enough new actuals for another run of the assimilation, and its window."""

from __future__ import annotations

from datetime import datetime, timedelta

# Actuals come by the hour: a build that starts minutes earlier than that of the day before may find
# one hour less.
EARLIER = timedelta(hours=1)


def window_if_due(
    actuals,
    last_actual: datetime | None,
    window_days: int,
    refresh_hours: float,
    is_asked_for: bool = False,
) -> str | None:
    """A condition for the last `window_days` of a DuckDB relation; None if no run is due.

    actuals: a relation with `interval_start` of what was observed. One is due when the newest is
    `refresh_hours` after `last_actual`, the newest of the run before, where there was none, or when
    it is asked for and there is anything at all.
    """
    (newest,) = actuals.aggregate("max(interval_start)").fetchone()
    if newest is None:
        return None
    due = last_actual and last_actual + timedelta(hours=refresh_hours) - EARLIER
    if due and not is_asked_for and newest < due:
        return None
    first = newest - timedelta(days=window_days)
    # days are what relations are cut by; the market's may begin before that of UTC
    day = first.date() - timedelta(days=1)
    return f"market_date >= date '{day}' and interval_start > timestamptz '{first.isoformat()}'"
