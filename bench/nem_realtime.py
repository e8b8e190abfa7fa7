"""NEM intervals arrive one by one, faster than real time, while `gridhouse realtime` runs.

    python bench/nem_realtime.py                          three hours of market time at 60 times
    python bench/nem_realtime.py --minutes 30             half an hour of it
    python bench/nem_realtime.py --days 30 --speed 600    a month: 72 minutes, at 60 twelve hours
    python bench/nem_realtime.py --days 30 --folder F --stop-after 150
                                                          150 minutes of the month's twelve hours;
                                                          the same again goes on from there
    python bench/nem_realtime.py --days 10 --loaded 5     the second of a month's six legs of five
                                                          days, in any order: two hours each

Who the units are is known before. Then the reports of each five minutes (dispatch, SCADA, trading)
appear on the mirror when their interval would end, `--speed` times as fast as in the market, and
those of rooftop half an hour after theirs; the site shows two days of them. The clock starts when
the loop has made its first, whole build. After each build a copy of the warehouse is looked at:
every series has all intervals from its first to its newest, `gridhouse verify rollups` finds no day
off, and the periods of the newest day from five minutes to the day add up to its intervals. The lag
is the time from the publication of an interval until the build that shows it has ended. At the end
all intervals must be there, and every rollup and record equal that of one load of the same files
into an empty folder.

Limits: nothing missed, no rollup off, and a median lag below 60 seconds of this clock. A build that
takes longer than an interval takes in all that came meanwhile.

With `--loaded` the first of the days are one load that is there before the clock starts. A leg ends
with the rollups of one load, and from one load the leg after it starts: so the legs of a month show
whether anything of it is missed or off. Their lags are those of a loop that ran for some days.

With `--folder` the site, the warehouse and what was seen (`seen.jsonl`, a line per build) stay,
even when it is killed. Between two runs the clock stands still: no interval comes. What stands on
the site before a run's first build has no lag (the first interval, and what a killed run had
published and not shown): the result says how many have one. What was wrong once stays so.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

import synthetic
from extract.locks import lock
from gridhouse import verify
from gridhouse.settings import Settings
from synthetic import mirror
from synthetic.mirror import base_urls

START, LAG_LIMIT_S, SEED = date(2026, 6, 1), 60.0, 11
STEP, SHOWN = timedelta(minutes=5), timedelta(days=2)
FIRST = datetime.combine(START, datetime.min.time()) + STEP
FEEDS = ["nem_dispatchis", "nem_dispatch_scada", "nem_tradingis", "nem_rooftop_actual"]
REGISTER = ["nem_participant_registration", "nem_registration_list", "nem_cdeii"]
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]
STAMP = re.compile(r"_(\d{12})(?:00)?_")
# What comes by intervals: of how many there are rows, from when to when.
SERIES = """
    select 'units' as series, count(distinct interval_end), min(interval_end), max(interval_end)
    from marts.fct_fuel_intervals
    where iso = 'NEM' and fuel_tech is distinct from 'SOLAR_ROOFTOP'
    union all
    select series, count(distinct interval_end), min(interval_end), max(interval_end)
    from (
        unpivot (
            select
                interval_end, demand_mw, dispatch_price, settlement_price, exports_mw, rooftop_mw
            from marts.fct_region_intervals
            where iso = 'NEM'
        )
        on columns(* exclude (interval_end)) into name series value figure
    )
    group by series
"""
# Periods of a day that differ from its intervals, by series, in the same arithmetic.
PERIODS = """
    with intervals as (
        select {series} as series, sum(cast({figure} as decimal(18, 6))) as amount
        from marts.fct_{name}_intervals
        where iso = 'NEM' and market_date = date '{day}'
        group by all
    ),

    expected as (
        from intervals, (values ('5m'), ('30m'), ('1h'), ('1d')) as lengths(period)
    ),

    periods as (
        select period, {period_series} as series, sum(cast({figure} as decimal(18, 6))) as amount
        from marts.rpt_{name}_periods
        where
            iso = 'NEM' and location_type = 'REGION' and first_date = date '{day}'
            and period in ('5m', '30m', '1h', '1d') {only}
        group by all
    )

    select 'rpt_{name}_periods', period, series, expected.amount, periods.amount
    from expected
    full join periods using (period, series)
    where expected.amount is distinct from periods.amount
"""
# a unit without a technology is a series too
FUELS = "concat_ws(' ', location, {})"
CHECKED = [
    {"name": "fuel", "figure": "energy_mwh", "only": "and grouping_kind = 'FUEL_TECH'"}
    | {"series": FUELS.format("fuel_tech"), "period_series": FUELS.format("fuel_code")},
    {"name": "region", "figure": "demand_mwh", "only": ""}
    | dict.fromkeys(("series", "period_series"), "location"),
    {"name": "resource", "figure": "energy_mwh", "only": ""}
    | dict.fromkeys(("series", "period_series"), "concat_ws(' ', resource, fuel_tech)"),
]
ROLLUPS = {
    "rpt_resource_daily": "",
    "rpt_fuel_daily": "",
    "rpt_region_daily": "",
    "rpt_price_daily": "",
    "rpt_interval_counts_daily": "",
    "rpt_record_days": "",
    "records": "where revoked_at is null",
}


def gridhouse(data: Path, *arguments: object) -> None:
    subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=os.environ | {"GRIDHOUSE_DATA": str(data)},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def written_once(folder: Path, *arguments: object, **options: object) -> None:
    """Synthetic files in `folder`, whole or not at all, unless they are there."""
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        synthetic.write(part, SEED, *arguments, operators=["nem"], **options)
        part.rename(folder)


def made(vault: Path, loaded: Path, since: datetime, until: datetime) -> dict[datetime, list[Path]]:
    """Reports in `vault` by the time at which they come, those alone that do so by `until`.

    Those that come by `since` are moved to the folder `loaded`.
    """
    end = until.date() + timedelta(days=until.time() > datetime.min.time())
    written_once(vault, START, end, feeds=FEEDS)
    by_time = defaultdict(list)
    for path in sorted(vault.rglob("PUBLIC_*.zip")):
        comes = datetime.strptime(STAMP.search(path.name)[1], "%Y%m%d%H%M")
        if comes <= since:
            place = loaded / path.relative_to(vault)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.rename(place)
        elif comes <= until:
            by_time[comes].append(path)
        else:
            path.unlink()
    return dict(sorted(by_time.items()))


class Seen:
    """What was seen so far, in a file that later runs go on from.

    Its lines: what was asked for, then in their order `started` of each run, `newest` and `lags` of
    each build that was right, and `wrong` of what was not.
    """

    def __init__(self, path: Path, asked: dict[str, float]):
        self.path, self.newest = path, None
        self.runs = self.builds = 0
        self.lags: list[float] = []
        self.wrong: list[str] = []
        text = path.read_text() if path.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        if whole != text:  # a killed run left half a line
            os.truncate(path, len(whole.encode()))
        first, *lines = map(json.loads, whole.splitlines() or [self._written(asked)])
        if first != asked:
            raise SystemExit(f"{path} is of a run with {first}: give the same or another folder")
        for line in lines:
            self._take(**line)
        self.add(started=datetime.now(UTC).isoformat())

    def add(self, **line: Any) -> None:
        self._take(**json.loads(self._written(line)))

    def _written(self, line: dict[str, Any]) -> str:
        text = json.dumps(line)
        with self.path.open("a") as file:
            file.write(text + "\n")
        return text

    def _take(
        self,
        started: str | None = None,
        newest: str | None = None,
        lags: list[float] | None = None,
        wrong: list[str] | None = None,
    ) -> None:
        self.runs += started is not None
        if newest:
            self.newest, self.builds = datetime.fromisoformat(newest), self.builds + 1
        self.lags += lags or []
        self.wrong += wrong or []


class Publisher(threading.Thread):
    """Puts the files of each interval on the site when it ends, by a clock of its own speed."""

    def __init__(self, vault: Path, site: Path, files: dict[datetime, list[Path]], speed: float):
        super().__init__(daemon=True)
        self.vault, self.site, self.files, self.speed = vault, site, files, speed
        self.published: dict[datetime, float] = {}
        for folder in (path for path in vault.rglob("*") if path.is_dir()):
            (site / folder.relative_to(vault)).mkdir(parents=True, exist_ok=True)

    def _place(self, path: Path) -> Path:
        return self.site / path.relative_to(self.vault)

    def publish(self, end: datetime) -> None:
        for path in self.files[end]:
            part = self._place(path).with_suffix(".part")
            part.write_bytes(path.read_bytes())
            part.rename(self._place(path))
        for path in self.files.get(end - SHOWN, []):
            self._place(path).unlink(missing_ok=True)
        self.published[end] = time.monotonic()

    def coming(self, newest: datetime | None, stop_after_s: float) -> list[datetime]:
        """Intervals after `newest` for this run's time that a run before it did not publish."""
        later = [end for end in self.files if newest is None or end > newest]
        there = [end for end in later if all(self._place(p).exists() for p in self.files[end])]
        left = [end for end in later if end not in there]
        until = left[0] + timedelta(seconds=stop_after_s * self.speed) if left else None
        return [end for end in left if end <= until]

    def start_after(self, first: datetime, others: list[datetime]) -> None:
        self.first, self.others = first, others
        self.start()

    def run(self) -> None:
        started = time.monotonic()
        for end in self.others:
            due = started + (end - self.first).total_seconds() / self.speed
            time.sleep(max(0.0, due - time.monotonic()))
            self.publish(end)


def wrong(copy: Path) -> tuple[datetime | None, list[str]]:
    """The newest interval of units in a copy of a warehouse, and all that is not right in it."""
    with duckdb.connect(str(copy / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'Australia/Brisbane'")
        spans = {name: span for name, *span in connection.execute(SERIES).fetchall()}
        found, newest = [], spans["units"][2]
        for name, (count, first, last) in spans.items():
            whole = (last - first) // STEP + 1 if count else 0
            if count and first.replace(tzinfo=None) != FIRST:
                found.append(f"{name}: the first interval is {first}, not {FIRST}")
            if count != whole:
                found.append(f"{name}: {count} of {whole} intervals from {first} to {last}")
        day = (newest - STEP).date() if newest else START
        for check in CHECKED:
            rows = connection.execute(PERIODS.format(**check, day=day)).fetchall()
            found += [str(row) for row in rows]
    for check in verify.rollups(Settings(data=copy), None, day - timedelta(days=1), day):
        found += [f"{check.rollup}.{check.measure}: {row}" for row in check.off]
    return newest and newest.replace(tzinfo=None), found


def loop(data: Path, url: str, publisher: Publisher, seen: Seen, stop_after_s: float) -> str | None:
    """Watch the loop until all is there or the time is over. Returns what went wrong, if it did."""
    coming = publisher.coming(seen.newest, stop_after_s)
    first, last = (coming[0], coming[-1]) if coming else (None, max(publisher.files))
    if first:
        publisher.publish(first)
    process = subprocess.Popen(
        [*COMMAND, "realtime", *FEEDS, "--poll", "1"],
        env=os.environ | base_urls(url) | {"GRIDHOUSE_DATA": str(data)},
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    copy = data.with_name("copy")
    copy.mkdir(exist_ok=True)
    # the lag of what stands there before the first build is that of a start, not of the loop
    shown = {first}
    # until the clock starts none: the first build takes in all that was before; a loop that says
    # nothing is waited for
    give_up = math.inf
    try:
        for line in process.stdout:
            print(line.rstrip(), flush=True)
            if "failure:" in line:
                return line.strip()
            if "built in" not in line:
                continue
            with lock(data, "warehouse", 600, shared=True):
                shutil.copy(data / "gridhouse.duckdb", copy)
                now = time.monotonic()
            if first and not publisher.ident:
                publisher.start_after(first, coming[1:])
            give_up = min(give_up, now + stop_after_s + 600)
            newest, found = wrong(copy)
            if found:
                return "\n".join(found)
            new = [e for e in publisher.published if newest and e <= newest and e not in shown]
            shown.update(new)
            lags = [round(now - publisher.published[end], 3) for end in new]
            if newest:
                seen.add(newest=newest.isoformat(), lags=lags)
            print(f"newest {newest}, lag {lags[-1] if lags else 0:.1f} s, all right", flush=True)
            if newest and newest >= last:
                return None
            if now > give_up:
                return f"the newest interval is {newest}, {last} was published"
    finally:
        process.terminate()
        process.wait()
    return "the loop ended by itself"


def differing(ours: Path, theirs: Path) -> list[str]:
    """Rollups of two warehouses that are not the same rows, stamps of builds aside."""
    with duckdb.connect() as connection:
        for name, data in (("ours", ours), ("theirs", theirs)):
            connection.execute(f"attach '{data}/gridhouse.duckdb' as {name} (read_only)")
        return [
            f"{rollup}: {count} rows"
            for rollup, condition in ROLLUPS.items()
            for (count,) in connection.execute(
                f"""
                with one as (select * exclude (_built_at) from ours.marts.{rollup} {condition}),
                two as (select * exclude (_built_at) from theirs.marts.{rollup} {condition})
                select count(*) from (
                    (from one except all from two) union all (from two except all from one)
                )
                """
            ).fetchall()
            if count
        ]


def start_from(register: Path, loaded: Path, data: Path) -> None:
    """Land in `data` who the units are, and the days that are there before the clock starts."""
    forms = ("current", "mmsdm")
    written_once(register, START, START + timedelta(days=1), feeds=REGISTER, nem_forms=forms)
    gridhouse(data, "extract", "--from", register)
    if loaded.exists():
        gridhouse(data, "extract", "--from", loaded)


def run(folder: Path, before: timedelta, span: timedelta, speed: float, stop_after_s: float) -> int:
    vault, site, data, clean = (folder / name for name in ("vault", "site", "data", "clean"))
    register, loaded = folder / "register", folder / "loaded"
    site.mkdir(parents=True, exist_ok=True)
    asked = {"loaded_s": before.total_seconds(), "span_s": span.total_seconds(), "speed": speed}
    seen = Seen(folder / "seen.jsonl", asked)
    files = made(vault, loaded, FIRST - STEP + before, FIRST - STEP + span)
    if seen.newest != max(files) and not seen.wrong:
        if not seen.newest:
            start_from(register, loaded, data)
        publisher = Publisher(vault, site, files, speed)
        with mirror.start(site) as server:
            fault = loop(data, server.url, publisher, seen, stop_after_s)
        if fault:
            seen.add(wrong=[fault])
    if seen.wrong:
        print("\n".join(["WRONG:", *seen.wrong]))
        return 1
    done = sum(end <= seen.newest for end in files)
    print(
        f"{done} of {len(files)} intervals at {speed:g} times real speed, {seen.builds} builds in "
        f"{seen.runs} run(s): none missed, no rollup off"
    )
    median = statistics.median(seen.lags) if seen.lags else math.inf
    print(
        f"lag of {len(seen.lags)} of them median {median:.1f} s, worst "
        f"{max(seen.lags, default=math.inf):.1f} s (limit of the median {LAG_LIMIT_S:.0f} s)"
    )
    if done < len(files):
        print("the same command goes on from here")
        return 0 if median <= LAG_LIMIT_S else 1
    shutil.rmtree(clean, ignore_errors=True)
    start_from(register, loaded, clean)
    gridhouse(clean, "extract", "--from", vault)
    gridhouse(clean, "build")
    others = differing(data, clean)
    print("\n".join(["OTHER THAN one load:", *others]) if others else "all as of one load")
    return 0 if not others and median <= LAG_LIMIT_S else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=0)
    parser.add_argument("--minutes", type=int, default=0)
    parser.add_argument("--loaded", type=int, default=0, help="days that are there at the start")
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--folder", type=Path, help="keep all here, and go on from it")
    parser.add_argument("--stop-after", type=float, default=math.inf, help="minutes of this clock")
    given = parser.parse_args()
    before = timedelta(days=given.loaded)
    asked = timedelta(days=given.days, minutes=given.minutes) or before + timedelta(hours=3)
    if not timedelta(0) <= before <= asked - STEP:
        parser.error("--days, --minutes: at least an interval; --loaded: at least 0, and less")
    at_most_s = min(given.stop_after * 60, (asked - before).total_seconds() / given.speed)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # what it started ends with it
    with tempfile.TemporaryDirectory(dir=os.environ.get("GRIDHOUSE_SCRATCH")) as scratch:
        place = given.folder or Path(scratch)
        with lock(place, "bench", 0):
            raise SystemExit(run(place, before, asked, given.speed, at_most_s))
