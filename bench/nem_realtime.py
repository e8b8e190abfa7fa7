"""NEM intervals arrive one by one, faster than real time, while `gridhouse realtime` runs.

    python bench/nem_realtime.py                          three hours of market time at 60 times
    python bench/nem_realtime.py --days 30 --speed 60     a month: twelve hours of this clock

The reports of each five minutes (dispatch, SCADA, trading) appear on the mirror when their interval
would end, `--speed` times as fast as in the market. After each build of the loop the warehouse is
looked at: every interval that is there follows the one before, the daily rollups are the sums of
the intervals on file. The lag is the time from the publication of an interval to the end of the
build that shows it. At the end all intervals must be there, and every daily rollup equal that of
one load of the same files into an empty folder. Limits: nothing missed, no rollup off, and a median
lag below 60 seconds of this clock.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

import synthetic
from synthetic import mirror
from synthetic.mirror import base_urls

START, LAG_LIMIT_S, SEED = date(2026, 6, 1), 60.0, 11
FEEDS = ["nem_dispatchis", "nem_dispatch_scada", "nem_tradingis"]
REGISTER = ["nem_participant_registration", "nem_registration_list", "nem_cdeii"]
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]
STAMP = re.compile(r"_(\d{12})_")
INTERVALS = """
    select count(distinct interval_start), min(interval_end), max(interval_end)
    from marts.fct_fuel_intervals
    where iso = 'NEM'
"""
# What a rollup says against what the intervals on file add up to, in the same arithmetic.
OFF = """
    with summed as (
        select
            iso, location, fuel_tech, market_date,
            count(*) filter (where energy_mwh is not null) as intervals,
            cast(sum(cast(energy_mwh as decimal(18, 6))) as double) as energy
        from marts.fct_fuel_intervals
        where iso = 'NEM'
        group by all
    )
    select count(*)
    from summed
    full join (select * from marts.rpt_fuel_daily where iso = 'NEM') as daily
        using (iso, location, fuel_tech, market_date)
    where
        daily.interval_count is distinct from summed.intervals
        or abs(coalesce(daily.energy_mwh, 0) - coalesce(summed.energy, 0)) > 1e-9
"""
ROLLUPS = """
    select
        location, fuel_tech, market_date, interval_count, energy_mwh, emissions_t, market_value
    from marts.rpt_fuel_daily
    where iso = 'NEM'
    order by all
"""


def gridhouse(data: Path, *arguments: object) -> None:
    subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=os.environ | {"GRIDHOUSE_DATA": str(data)},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def made(vault: Path, days: int) -> dict[datetime, list[Path]]:
    """Reports of the days in `vault`, by the end of their interval."""
    end = START + timedelta(days=days)
    synthetic.write(vault, SEED, START, end, operators=["nem"], feeds=FEEDS)
    by_end = defaultdict(list)
    for path in sorted(vault.rglob("PUBLIC_*.zip")):
        by_end[datetime.strptime(STAMP.search(path.name)[1], "%Y%m%d%H%M")].append(path)
    return dict(sorted(by_end.items()))


class Publisher(threading.Thread):
    """Puts the files of each interval on the site when it ends, by a clock of its own speed."""

    def __init__(self, vault: Path, site: Path, files: dict[datetime, list[Path]], speed: float):
        super().__init__(daemon=True)
        self.vault, self.site, self.files, self.speed = vault, site, files, speed
        self.published: dict[datetime, float] = {}

    def run(self) -> None:
        started, first = time.monotonic(), next(iter(self.files))
        for end, paths in self.files.items():
            due = started + (end - first).total_seconds() / self.speed
            time.sleep(max(0.0, due - time.monotonic()))
            for path in paths:
                place = self.site / path.relative_to(self.vault)
                place.parent.mkdir(parents=True, exist_ok=True)
                part = place.with_suffix(".part")
                part.write_bytes(path.read_bytes())
                part.rename(place)
            self.published[end] = time.monotonic()


def asked(warehouse: Path, *queries: str) -> list[list[tuple]]:
    """Answers of the warehouse, as soon as no build has it."""
    while True:
        try:
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                connection.execute("set timezone = 'Australia/Brisbane'")
                return [connection.execute(query).fetchall() for query in queries]
        except duckdb.IOException:
            time.sleep(0.05)


def loop(site: Path, data: Path, url: str, publisher: Publisher, wait_s: float) -> list[float]:
    """Watch the loop until all is there. Returns the lags. Raises SystemExit for a wrong step."""
    environment = os.environ | base_urls(url) | {"GRIDHOUSE_DATA": str(data)}
    process = subprocess.Popen(
        [*COMMAND, "realtime", *FEEDS, "--poll", "1"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    lags, seen, checks = [], set(), 0
    last = list(publisher.files)[-1]
    give_up = time.monotonic() + wait_s
    publisher.start()
    try:
        for line in process.stdout:
            print(line.rstrip(), flush=True)
            if "built in" not in line:
                continue
            (shown,), ((off,),) = asked(data / "gridhouse.duckdb", INTERVALS, OFF)
            count, first, newest = shown
            if first is None:
                continue
            newest = newest.replace(tzinfo=None)
            whole = (newest - first.replace(tzinfo=None)) // timedelta(minutes=5) + 1
            checks += 1
            if off or count != whole:
                raise SystemExit(f"{off} rollups are off; {count} of {whole} intervals are there")
            now = time.monotonic()
            new = [e for e in publisher.published if e <= newest and e not in seen]
            lags += [now - publisher.published[e] for e in new]
            seen.update(new)
            print(f"{count} intervals, newest {newest}, lag {lags[-1] if lags else 0:.1f} s")
            if newest >= last:
                return lags
            if now > give_up:
                raise SystemExit(f"the newest interval is {newest}, {last} was published")
    finally:
        process.terminate()
        process.wait()
    raise SystemExit("the loop ended by itself")


def main(days: int, hours: int | None, speed: float) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        vault, site, data = (Path(scratch, name) for name in ("vault", "site", "data"))
        site.mkdir()
        register = Path(scratch, "register")  # who the units are, known before they report
        synthetic.write(
            register,
            SEED,
            START,
            START + timedelta(days=1),
            operators=["nem"],
            feeds=REGISTER,
            nem_forms=("current", "mmsdm"),
        )
        gridhouse(data, "extract", "--from", register)
        files = made(vault, days)
        if hours is not None:
            files = dict(list(files.items())[: hours * 12])
        publisher = Publisher(vault, site, files, speed)
        span = len(files) * 300 / speed
        with mirror.start(site) as server:
            lags = loop(site, data, server.url, publisher, span + 600)
        clean = Path(scratch, "clean")
        gridhouse(clean, "extract", "--from", register)
        gridhouse(clean, "extract", "--from", site)
        gridhouse(clean, "build")
        ours, theirs = (asked(d / "gridhouse.duckdb", ROLLUPS) for d in (data, clean))
        same = ours == theirs
        median = statistics.median(lags)
        print(
            f"{len(files)} intervals at {speed:g} times real speed: none missed; lag median "
            f"{median:.1f} s, worst {max(lags):.1f} s (limit of the median {LAG_LIMIT_S:.0f} s); "
            f"{len(ours[0])} daily rollups {'equal' if same else 'DIFFER FROM'} those of one load"
        )
        return 0 if same and median <= LAG_LIMIT_S else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int)
    parser.add_argument("--speed", type=float, default=60.0)
    given = parser.parse_args()
    raise SystemExit(main(given.days or 1, None if given.days else 3, given.speed))
