"""Seconds from a file's publication on the mirror to its rows in the mart.

    python bench/realtime.py

`gridhouse realtime` runs against the mirror; new files of two five-minute feeds are put on it, one
after the other. Limit: 10 seconds each, in this run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import duckdb

import synthetic
from synthetic import mirror
from synthetic.mirror import base_urls

LIMIT_S, ROUNDS = 10.0, 4
DAY = synthetic.SAMPLE_DAYS["ercot"][-1]
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]
COUNT = "select count(distinct interval_start) from marts.fct_price_intervals where iso = 'ERCOT'"


def publish(folder: Path, hour: int) -> None:
    """One more hour of fifteen-minute prices appears in the list."""
    synthetic.write(
        folder, 5, DAY, DAY + timedelta(1), points=20, hours=(hour, hour + 1),
        feeds=["ercot_np6_905_cd"], operators=["ercot"],
    )  # fmt: skip


def count(warehouse: Path) -> int:
    """Intervals in the mart; -1 while a build has the file."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            return connection.execute(COUNT).fetchone()[0]
    except (duckdb.IOException, duckdb.CatalogException):
        return -1


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder, data = Path(scratch) / "site", Path(scratch) / "data"
        publish(folder, 8)
        with mirror.start(folder) as server:
            environment = os.environ | base_urls(server.url) | {"GRIDHOUSE_DATA": str(data)}
            process = subprocess.Popen(
                [*COMMAND, "realtime", "NP6-905-CD", "--poll", "0.5"], env=environment
            )
            try:
                return watch(folder, data / "gridhouse.duckdb")
            finally:
                process.terminate()
                process.wait()


def watch(folder: Path, warehouse: Path) -> int:
    while (before := count(warehouse)) < 4:
        time.sleep(0.2)
    worst = 0.0
    for n in range(ROUNDS):
        time.sleep(3)
        publish(folder, 9 + n)
        started = time.monotonic()
        while (now := count(warehouse)) < before + 4:
            time.sleep(0.3)
        seconds = time.monotonic() - started
        worst = max(worst, seconds)
        print(f"published, {now - before} new intervals in the mart after {seconds:.1f} s")
        before = now
    print(
        f"worst {worst:.1f} s (limit {LIMIT_S:.0f} s): {'ok' if worst <= LIMIT_S else 'TOO SLOW'}"
    )
    return 0 if worst <= LIMIT_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
