"""A year of battery accounts of the single model, and one more day on top of it.

    python bench/accounts.py [batteries]

Synthetic disclosures and prices of one day are landed as files; the other days are copies of the
landed rows, shifted. The prices' own marts are built before the clock runs. Builds of the models of
battery accounts in this run: of no rows (dbt's own start), of the year, of one more day. Limits:
the year within two minutes for 1,000 batteries, the day at most 1 % of it beyond dbt's start, and
3 GB of memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

import synthetic

BATTERIES, DAYS, FIRST = 1000, 365, date(2026, 1, 1)
YEAR_S, DAY_SHARE, MEMORY_GB = 120, 0.01, 3
DUCKDB_MEMORY = "1500MB"  # the rest is for Python
TABLES = {
    "ercot_np4_190_cd": "np4_190_cd",
    "ercot_np4_188_cd": "np4_188_cd",
    "ercot_np6_905_cd": "np6_905_cd",
    "ercot_np6_331_cd": "np6_331_cd",
    "ercot_np3_966_er": "np3_966_er__esrs",
    "ercot_np3_965_er": "np3_965_er__esrs",
}
ACCOUNTS = ["path:models/intermediate/bess", "path:models/marts/bess"]
BEFORE = [
    *("path:seeds", "path:models/staging/ercot"),
    *("+fct_price_intervals_revisions", "+fct_ancillary_price_intervals_revisions"),
]
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]


def land_one_day(data: Path, files: Path, batteries: int) -> None:
    synthetic.write(
        files, 5, FIRST, FIRST + timedelta(1), operators=["ercot"], feeds=list(TABLES),
        points={"ercot": batteries + 60}, batteries=batteries,
    )  # fmt: skip
    run(data, "extract", "--from", str(files))


def copy_days(data: Path, first: int, last: int) -> None:
    """Copies of the first day's rows, `first` to `last` days later."""
    with duckdb.connect(str(data / "raw.duckdb")) as raw:
        raw.execute("set TimeZone = 'UTC'")
        for table in TABLES.values():
            columns = {n: t for n, t, *_ in raw.sql(f"describe ercot.{table}").fetchall()}
            clock = next(n for n, t in columns.items() if t in ("DATE", "TIMESTAMP"))
            shifted = [
                f'"{name}" + cast(k as integer) as "{name}"'
                if kind == "DATE"
                else f'"{name}" + to_days(cast(k as integer)) as "{name}"'
                for name, kind in columns.items()
                if kind in ("DATE", "TIMESTAMP") or name == "_published_at"
            ]
            shifted.append("now() as _loaded_at")
            # what no account reads, curves of offers, would only take time to copy
            shifted += [
                f'null as "{name}"'
                for name in columns
                if "curve" in name or name.startswith(("sced1_", "sced2_", "tpo_"))
            ]
            raw.execute(
                f"create temp table one as from ercot.{table} "
                f"where cast({clock} as date) = date '{FIRST}'"
            )
            for start in range(first, last + 1, 5):
                stop = min(start + 5, last + 1)
                raw.execute(
                    f"insert into ercot.{table} select one.* replace ({', '.join(shifted)}, "
                    "_file_id || k as _file_id) "
                    f"from range({start}, {stop}) as days(k), one order by k, _file_id, _row_number"
                )
            raw.execute("drop table one")
            print(f"{table}: {raw.sql(f'select count(*) from ercot.{table}').fetchone()[0]:,} rows")


def run(data: Path, *arguments: str) -> tuple[float, float]:
    """Seconds and GB of memory that a command of gridhouse took."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        env=os.environ | {"GRIDHOUSE_DATA": str(data), "GRIDHOUSE_MEMORY": DUCKDB_MEMORY},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1e6


def build(data: Path, models: list[str]) -> tuple[float, float]:
    return run(data, "build", *(word for model in models for word in ("--select", model)))


def main() -> int:
    batteries = int(sys.argv[1]) if len(sys.argv) > 1 else BATTERIES
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        data, nothing, empty = root / "data", root / "nothing", root / "empty"
        empty.mkdir()
        run(nothing, "extract", "--from", str(empty))
        run(nothing, "build")
        land_one_day(data, root / "files", batteries)
        copy_days(data, 1, DAYS - 1)
        build(data, BEFORE)
        year, memory = build(data, ACCOUNTS)
        print(f"year of {batteries} batteries: {year:.0f} s, {memory:.1f} GB")
        run(data, "build")  # from here on tests look at what is new
        copy_days(data, DAYS, DAYS)
        build(data, BEFORE)
        day, _ = build(data, ACCOUNTS)
        start, _ = build(nothing, ACCOUNTS)
        print(f"one more day: {day:.1f} s, dbt's start {start:.1f} s")
    share = (day - start) / year
    good = year <= YEAR_S and share <= DAY_SHARE and memory <= MEMORY_GB
    print(
        f"year {year:.0f} s (limit {YEAR_S}), day {share:.1%} of it (limit {DAY_SHARE:.0%}), "
        f"{memory:.1f} GB (limit {MEMORY_GB}): {'ok' if good else 'MISSED'}"
    )
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
