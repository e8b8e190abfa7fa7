"""Whether a method has enough new data for another run, and the window of it."""

from __future__ import annotations

from datetime import datetime, timedelta

# Runs are not on a grid: a day's last one may come so much earlier than that of the day before.
EARLIER = timedelta(minutes=15)


def window_if_due(
    rows,
    instant: str,
    last: datetime | None,
    window_days: int,
    refresh_hours: float,
    is_asked_for: bool = False,
    earlier: timedelta = EARLIER,
) -> str | None:
    """A condition for the last `window_days` of a DuckDB relation; None if no run is due.

    One is due when the newest `instant` is `refresh_hours` after `last` (less `earlier`), where
    there was none yet, or when it is asked for and there is anything at all. `last` is the newest
    of the same rows that the method saw: of others it would come too often or too late.
    """
    (newest,) = rows.aggregate(f"max({instant})").fetchone()
    if newest is None:
        return None
    if last and not is_asked_for and newest < last + timedelta(hours=refresh_hours) - earlier:
        return None
    first = newest - timedelta(days=window_days)
    # days are what relations are cut by; the market's may begin before that of UTC
    day = first.date() - timedelta(days=1)
    return f"market_date >= date '{day}' and {instant} > timestamptz '{first.isoformat()}'"
