"""One new day on top of a year of hourly prices for 900 points, against the full build.

    python bench/incremental.py

Builds of the whole project, tests included, in this run: of an empty warehouse (dbt's own start:
the same nodes, no rows), of the year, of one more day. Limit: (day - start) at most 5 % of
(year - start). Medians of three starts and three days, taken in turns.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

LIMIT, DAYS, POINTS, NEW_DAYS = 0.05, 365, 900, 3
FIRST = date(2025, 1, 1)
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]
ROWS = """
    copy (
        select
            strftime(date '{day}', '%m/%d/%Y') as "DeliveryDate",
            format('{{:02d}}:00', h) as "HourEnding",
            'NODE_' || lpad(p::varchar, 4, '0') || '_RN' as "SettlementPoint",
            ' ' || round(hash(h * 1000 + p + epoch(date '{day}')) % 10500 / 100.0 - 5, 2)
                as "SettlementPointPrice",
            'N' as "DSTFlag"
        from range(1, 25) as hours(h), range({points}) as points(p)
        where not (h = 3 and date '{day}' = date '2025-03-09')
    ) to '{path}' (header, quote '', delimiter ',')
"""


def write_day(folder: Path, day: date) -> None:
    """A day-ahead file of 900 points, as ERCOT publishes it the day before."""
    folder.mkdir(exist_ok=True)
    stamp = f"{day - timedelta(1):%Y%m%d}.123000"
    path = folder / f"cdr.00012331.0000000000000000.{stamp}.DAMSPNP4190.csv"
    duckdb.sql(ROWS.format(day=day, points=POINTS, path=path))


def command(data: Path, *arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        [*COMMAND, *arguments],
        env=os.environ | {"GRIDHOUSE_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - started


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        year, empty = root / "year", root / "empty"
        for n in range(DAYS):
            write_day(year, FIRST + timedelta(n))
        empty.mkdir()
        command(root / "nothing", "extract", "--from", str(empty))
        command(root / "nothing", "build")
        data = root / "data"
        command(data, "extract", "--from", str(year))
        full = command(data, "build")
        starts, days = [], []
        for n in range(NEW_DAYS):  # in turns, so that both meet the same machine
            starts.append(command(root / "nothing", "build", "--full-refresh"))
            new = root / f"new{n}"
            write_day(new, FIRST + timedelta(DAYS + n))
            command(data, "extract", "--from", str(new))
            days.append(command(data, "build"))
            print(f"start {starts[-1]:.1f} s, one new day {days[-1]:.1f} s")
        start = statistics.median(starts)
        print(f"year ({DAYS * 24 * POINTS:,} rows) {full:.1f} s")
    share = (statistics.median(days) - start) / (full - start)
    good = share <= LIMIT
    print(f"share {share:.1%} (limit {LIMIT:.0%}): {'ok' if good else 'TOO SLOW'}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
