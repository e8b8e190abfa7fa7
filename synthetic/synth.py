"""A network's market over a range of days: ERCOT's files and the truth behind them.

The same as `write` with a market, a day at a time in two processes; a folder takes one market and
seed, and further days of them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from datetime import date
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from synthetic import ercot
from synthetic.clock import days as days_of
from synthetic.context import Context
from synthetic.ercot_network import Factors, keep_factors, market_day
from synthetic.network.inputs import rating_block
from synthetic.truth import Truth
from synthetic.writing import Summary
from synthetic.zips import put

PROCESSES = 2
# A second process takes about as long to start as three days of the small market to write.
FEW_DAYS = 4
ALL = 10**6


class Span(NamedTuple):
    """What a market is written for unless told otherwise, and hours between its forecasts."""

    start: date
    days: int
    forecast_hours: int


SPANS = {
    "small": Span(date(2026, 6, 15), 1, 1),
    "ci": Span(date(2026, 6, 15), 7, 1),
    "year": Span(date(2025, 1, 1), 365, 6),
}


class _Job(NamedTuple):
    """One day to write."""

    folder: Path
    seed: int
    market: str
    points: int
    day: date


class _Done(NamedTuple):
    files: Counter[str]
    rows: Counter[str]
    factors: Factors | None


def _write_day(job: _Job) -> _Done:
    context = Context(
        job.folder,
        job.seed,
        {"ercot": job.points},
        Truth(job.folder),
        batteries=ALL,
        forecast_hours=SPANS[job.market].forecast_hours,
        market=job.market,
    )
    factors = ercot.write_day(context, list(ercot.WRITERS), job.day)
    return _Done(context.files, context.rows, factors)


def synth(
    folder: Path | str,
    market: str,
    seed: int,
    *,
    start: date | None = None,
    days: int | None = None,
    points: int | None = None,
    done: Callable[[int, int], None] = lambda count, of: None,
) -> Summary:
    """Write `days` days of a network's market from `start` on.

    Args:
        folder: takes `ercot/` with the files and `truth/`.
        market: one of `SPANS`.
        seed: names the market's weather, outages and offers.
        start, days: default by market, see `SPANS`.
        points: settlement points; default every bus, four hubs with two means, and four zones.
        done: is told how many days of how many are written.

    Raises:
        ValueError: an unknown market, no day, too few points to show a battery, a file in place of
            the folder, or a folder that holds something else.
    """
    if market not in SPANS:
        raise ValueError(f"unknown market {market!r}; known: {', '.join(SPANS)}")
    span = SPANS[market]
    count = span.days if days is None else days
    if count < 1:
        raise ValueError(f"days must be at least 1, not {count}")
    first = start or span.start
    last = date.fromordinal(first.toordinal() + count)
    folder, points = Path(folder), ALL if points is None else points
    market_day(seed, first, points, market).own_batteries(1)
    _claim(folder, {"market": market, "seed": seed, "points": None if points == ALL else points})
    started = perf_counter()
    jobs = [_Job(folder, seed, market, points, day) for day in days_of(first, last)]
    files, rows, factors = Counter(), Counter(), []
    for number, part in enumerate(_written(jobs), 1):
        files.update(part.files)
        rows.update(part.rows)
        if part.factors:
            factors.append(part.factors)
        done(number, len(jobs))
    keep_factors(Truth(folder), sorted(factors, key=lambda f: f[0]))
    return Summary(
        folder, dict(files), dict(rows), perf_counter() - started, Truth(folder), ((first, last),)
    )


def _claim(folder: Path, wanted: dict[str, object]) -> None:
    """Write down what `folder` holds, or refuse to mix it with something else."""
    for path in (folder, *folder.parents):
        if path.is_file():
            raise ValueError(f"{path} is a file: give a folder")
    record = folder / "truth" / "market.json"
    if record.is_file():
        held = json.loads(record.read_text())
        if held != wanted:
            said = ", ".join(f"{name} {value}" for name, value in held.items())
            raise ValueError(f"{folder} holds {said}: use another folder, or the same again")
    elif folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty and holds no market: use another folder")
    put(record, json.dumps(wanted).encode() + b"\n")


def _written(jobs: list[_Job]) -> Iterator[_Done]:
    """Days as they get done; four weeks with the same ratings share a process where they can."""
    processes = min(PROCESSES, os.cpu_count() or 1)
    if len(jobs) < FEW_DAYS or processes == 1:
        yield from map(_write_day, jobs)
        return
    parts = [list(part) for _, part in groupby(jobs, key=lambda job: rating_block(job.day))]
    while len(parts) < processes:
        longest = max(parts, key=len)
        parts.remove(longest)
        half = len(longest) // 2
        parts += [longest[:half], longest[half:]]
    with ExitStack() as stack:
        pools = [
            stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
            for _ in range(processes)
        ]
        found = [
            pools[number % processes].submit(_write_day, job)
            for number, part in enumerate(parts)
            for job in part
        ]
        for future in as_completed(found):
            yield future.result()
