"""Market clocks: the intervals of one market day, on days of 23, 24 and 25 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

CENTRAL = "America/Chicago"
PACIFIC = "America/Los_Angeles"
# The NEM's clock: UTC+10 the whole year.
NEM = "Australia/Brisbane"


@dataclass(frozen=True)
class Grid:
    """Equal intervals that tile one calendar day of a market clock.

    `start` and `end` are UTC (datetime64[s]); `local` is the clock time at each start, and
    `repeated` is true where that start lies in the second passage of the repeated autumn hour.
    """

    day: date
    zone: str
    minutes: int
    start: np.ndarray
    end: np.ndarray
    local: np.ndarray
    repeated: np.ndarray

    def __len__(self) -> int:
        return len(self.start)

    @property
    def hour(self) -> np.ndarray:
        """Clock hour at each start, 0 to 23."""
        return (
            (self.local - self.local.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
        )

    @property
    def hour_of_day(self) -> np.ndarray:
        """Clock time at each start as hours with fraction."""
        return (self.local - self.local.astype("datetime64[D]")).astype(float) / 3600.0

    @property
    def quarter(self) -> np.ndarray:
        """Quarter of the hour, 0 to 3."""
        return ((self.local - self.local.astype("datetime64[h]")).astype(int) // 900).astype(int)


def utc(day: date, zone: str) -> int:
    """Midnight that starts `day` on the clock of `zone`, as seconds since 1970 in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())


def local_of(instants: np.ndarray, zone: str) -> tuple[np.ndarray, np.ndarray]:
    """Clock times (naive) and repeated-hour marks of UTC instants (datetime64[s])."""
    seconds = np.asarray(instants, "datetime64[s]").astype(np.int64)
    # offsets change on the half hour at the finest, so one look-up per half hour is enough
    blocks, where = np.unique(seconds // 1800, return_inverse=True)
    tz = ZoneInfo(zone)
    offsets, folds = [], []
    for block in blocks:
        at = datetime.fromtimestamp(int(block) * 1800, tz)
        offsets.append(int(at.utcoffset().total_seconds()))
        folds.append(at.fold == 1)
    where = where.ravel()
    local = (seconds + np.array(offsets, np.int64)[where]).astype("datetime64[s]")
    return local, np.array(folds, bool)[where]


def grid(day: date, zone: str, minutes: int) -> Grid:
    """The intervals of `day`: 23, 24 or 25 hours' worth."""
    first, last = utc(day, zone), utc(day + timedelta(days=1), zone)
    seconds = np.arange(first, last, minutes * 60, dtype=np.int64)
    start = seconds.astype("datetime64[s]")
    local, repeated = local_of(start, zone)
    return Grid(
        day, zone, minutes, start, start + np.timedelta64(minutes * 60, "s"), local, repeated
    )


def days(start: date, end: date) -> list[date]:
    """Market days from `start` up to but not including `end`."""
    if end <= start:
        raise ValueError(f"end ({end}) must be after start ({start}): the range is half open")
    return [start + timedelta(days=n) for n in range((end - start).days)]
