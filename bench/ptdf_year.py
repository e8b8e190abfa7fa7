"""Shift factors of a year through dbt: how long, how much memory, and what one more day costs.

    python bench/ptdf_year.py               366 days
    python bench/ptdf_year.py 60            fewer
    python bench/ptdf_year.py 366 FOLDER    of files that an earlier run left in FOLDER

Writes the files of the synthetic market `year` from 2024-01-01 on (hourly dispatch, about 2,000
settlement points; a year takes a quarter of an hour in two processes), lands all days but the last,
builds what the fit rests on, then the sums of the days and the fit, each by a command of its own.
Then the last day lands, and sums and fit are made again. Limits, of commands with dbt's start and
tests: the fit and the fit after one more day 60 s and 4 GB each; one more day sums one day.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import duckdb

from synthetic import ercot
from synthetic.context import Context
from synthetic.network.inputs import rating_block
from synthetic.truth import Truth

SECONDS_LIMIT, GB_LIMIT = 60.0, 4.0
FIRST, SEED, PROCESSES = date(2024, 1, 1), 7, 2
FEEDS = ["ercot_np6_788_cd", "ercot_np6_322_cd", "ercot_np6_86_cd"]
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]
READ = ["int_ptdf__targets", "int_ptdf__shadow_prices", "int_ptdf__extra_regressors"]
SUMS, FIT = "int_ptdf__day_grams", "int_ptdf__fit"


class Cost(NamedTuple):
    seconds: float
    cpu: float  # seconds on all cores
    gb: float  # greatest memory of the process


def write_days(folder: Path, days: list[date]) -> None:
    every = {"ercot": 10**6}
    context = Context(folder, SEED, every, Truth(folder), batteries=1, market="year")
    for day in days:
        ercot.write_day(context, FEEDS, day)


def write(folder: Path, days: list[date]) -> None:
    """Days with the same ratings in the same process: to find these takes as long as some days."""
    blocks: dict[int, list[date]] = {}
    for day in days:
        blocks.setdefault(rating_block(day), []).append(day)
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        for future in [pool.submit(write_days, folder, some) for some in blocks.values()]:
            future.result()


def parted(files: Path, root: Path, days: int) -> tuple[Path, Path]:
    """Folders with links to the files of the first days, and to those of the day after them."""
    first, last = root / "first", root / "last"
    # one file of each product per run; those of constraints are named by when they were posted
    of = [_day(path) for path in sorted((files / "ercot" / "NP6-788-CD").iterdir())]
    cut = sum(day < FIRST + timedelta(days) for day in of)
    end = sum(day <= FIRST + timedelta(days) for day in of)
    if end == cut:
        raise SystemExit(f"{files} holds no {FIRST + timedelta(days)}: write more days")
    for product in (files / "ercot").iterdir():
        names = sorted(product.iterdir())
        for folder, some in ((first, names[:cut]), (last, names[cut:end])):
            to = folder / product.name
            to.mkdir(parents=True)
            for name in some:
                os.link(name, to / name.name)
    return first, last


def _day(path: Path) -> date:
    stamp = path.name.split(".")[3]
    return date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]))


def command(data: Path, *arguments: str) -> Cost:
    started = time.perf_counter()
    pid = os.spawnvpe(
        os.P_NOWAIT,
        COMMAND[0],
        [*COMMAND, *arguments],
        os.environ | {"GRIDHOUSE_DATA": str(data)},
    )
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"gridhouse {' '.join(arguments)} failed")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(time.perf_counter() - started, cpu, usage.ru_maxrss / 2**20)


def build(data: Path, *models: str) -> Cost:
    return command(data, "build", *(word for model in models for word in ("--select", model)))


def newest(data: Path) -> tuple:
    """(days of the window, days whose sums the last build made, constraints, points, intervals)."""
    with duckdb.connect(str(data / "gridhouse.duckdb"), read_only=True) as connection:
        row = connection.execute(
            f"""
            with sums as (
                select _built_at, max(_built_at) over () as newest from intermediate.{SUMS}
            ),

            grams as (select count(*) as days, count_if(_built_at = newest) as made from sums)

            select grams.days, grams.made, metadata.constraint_count, metadata.location_count,
                metadata.train_interval_count + metadata.holdout_interval_count,
                metadata.promote
            from intermediate.{FIT}, grams order by _built_at desc limit 1
            """
        ).fetchone()
    assert row is not None
    return row


def good(what: str, cost: Cost) -> bool:
    kept = cost.seconds <= SECONDS_LIMIT and cost.gb <= GB_LIMIT
    print(
        f"{what}: {cost.seconds:.1f} s (limit {SECONDS_LIMIT:.0f}; {cost.cpu:.1f} s of "
        f"processors), {cost.gb:.2f} GB (limit {GB_LIMIT:.0f}): {'ok' if kept else 'MISSED'}",
        flush=True,
    )
    return kept


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 366
    days = [FIRST + timedelta(n) for n in range(count + 1)]
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(scratch) / "files"
        if not (files / "ercot").is_dir():
            started = time.perf_counter()
            write(files, days)
            print(f"{len(days)} days written in {time.perf_counter() - started:.0f} s", flush=True)
        first, last = parted(files, Path(scratch), count)
        data = Path(scratch) / "data"
        landed = command(data, "extract", "--from", str(first))
        marts = build(data, *(f"+{model}" for model in READ), "int_ptdf__options")
        start = build(data, "int_ptdf__options")
        sums = build(data, SUMS)
        print(
            f"landed in {landed.seconds:.0f} s, prices built in {marts.seconds:.0f} s, dbt's start "
            f"{start.seconds:.1f} s, sums of {count} days {sums.seconds:.1f} s, {sums.gb:.2f} GB",
            flush=True,
        )
        fit = build(data, FIT)
        _, made, constraints, points, intervals, promoted = newest(data)
        kept = [
            made == count
            and promoted
            and good(
                f"fit of {intervals:,} intervals, {constraints:,} constraints, {points:,} points",
                fit,
            )
        ]
        command(data, "extract", "--from", str(last))
        build(data, *(f"+{model}" for model in READ))
        kept.append(good("sums and fit after one more day", build(data, SUMS, FIT)))
        held, made, *_ = newest(data)
        print(f"of {held} days {made} summed anew (limit 1): {'ok' if made == 1 else 'MISSED'}")
        kept.append(made == 1 and held == count + 1)
    return 0 if all(kept) else 1


if __name__ == "__main__":
    raise SystemExit(main())
