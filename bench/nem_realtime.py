"""NEM intervals arrive one by one, faster than real time, while `gridhouse realtime` runs.

    python bench/nem_realtime.py                          three hours of market time at 60 times
    python bench/nem_realtime.py --minutes 30             half an hour of it
    python bench/nem_realtime.py --days 30 --speed 600    a month: 72 minutes, at 60 twelve hours

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
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
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
from extract.locks import lock
from gridhouse import verify
from gridhouse.settings import Settings
from synthetic import mirror
from synthetic.mirror import base_urls

START, LAG_LIMIT_S, SEED = date(2026, 6, 1), 60.0, 11
STEP, SHOWN = timedelta(minutes=5), timedelta(days=2)
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


def made(vault: Path, days: int, until: datetime) -> dict[datetime, list[Path]]:
    """Reports in `vault` by the time at which they come, those alone that do so by `until`."""
    end = START + timedelta(days=days)
    synthetic.write(vault, SEED, START, end, operators=["nem"], feeds=FEEDS)
    by_time = defaultdict(list)
    for path in sorted(vault.rglob("PUBLIC_*.zip")):
        comes = datetime.strptime(STAMP.search(path.name)[1], "%Y%m%d%H%M")
        if comes <= until:
            by_time[comes].append(path)
        else:
            path.unlink()
    return dict(sorted(by_time.items()))


class Publisher(threading.Thread):
    """Puts the files of each interval on the site when it ends, by a clock of its own speed."""

    def __init__(self, vault: Path, site: Path, files: dict[datetime, list[Path]], speed: float):
        super().__init__(daemon=True)
        self.vault, self.site, self.files, self.speed = vault, site, files, speed
        self.published: dict[datetime, float] = {}
        for folder in (path for path in vault.rglob("*") if path.is_dir()):
            (site / folder.relative_to(vault)).mkdir(parents=True, exist_ok=True)

    def publish(self, end: datetime) -> None:
        for path in self.files[end]:
            place = self.site / path.relative_to(self.vault)
            part = place.with_suffix(".part")
            part.write_bytes(path.read_bytes())
            part.rename(place)
        for path in self.files.get(end - SHOWN, []):
            (self.site / path.relative_to(self.vault)).unlink()
        self.published[end] = time.monotonic()

    def run(self) -> None:
        first, *others = self.files
        started = time.monotonic()
        for end in others:
            due = started + (end - first).total_seconds() / self.speed
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
            if count != whole:
                found.append(f"{name}: {count} of {whole} intervals from {first} to {last}")
        day = (newest - STEP).date() if newest else START
        for check in CHECKED:
            rows = connection.execute(PERIODS.format(**check, day=day)).fetchall()
            found += [str(row) for row in rows]
    for check in verify.rollups(Settings(data=copy), None, day - timedelta(days=1), day):
        found += [f"{check.rollup}.{check.measure}: {row}" for row in check.off]
    return newest and newest.replace(tzinfo=None), found


def loop(site: Path, data: Path, url: str, publisher: Publisher, wait_s: float) -> list[float]:
    """Watch the loop until all is there. Returns the lags. Raises SystemExit for a wrong step."""
    first, *_, last = publisher.files
    publisher.publish(first)
    process = subprocess.Popen(
        [*COMMAND, "realtime", *FEEDS, "--poll", "1"],
        env=os.environ | base_urls(url) | {"GRIDHOUSE_DATA": str(data)},
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    copy = data.with_name("copy")
    copy.mkdir()
    lags, seen = [], {first}
    give_up = time.monotonic() + wait_s
    try:
        for line in process.stdout:
            print(line.rstrip(), flush=True)
            if "failure:" in line:
                raise SystemExit("a build failed")
            if "built in" not in line:
                continue
            with lock(data, "warehouse", 600, shared=True):
                shutil.copy(data / "gridhouse.duckdb", copy)
                now = time.monotonic()
            if not publisher.is_alive() and len(publisher.published) == 1:
                publisher.start()
            newest, found = wrong(copy)
            if found:
                raise SystemExit("\n".join(found))
            new = [e for e in publisher.published if newest and e <= newest and e not in seen]
            lags += [now - publisher.published[e] for e in new]
            seen.update(new)
            print(f"newest {newest}, lag {lags[-1] if lags else 0:.1f} s, all right", flush=True)
            if newest == last:
                return lags
            if now > give_up:
                raise SystemExit(f"the newest interval is {newest}, {last} was published")
    finally:
        process.terminate()
        process.wait()
    raise SystemExit("the loop ended by itself")


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


def main(span: timedelta, speed: float) -> int:
    with tempfile.TemporaryDirectory(dir=os.environ.get("GRIDHOUSE_SCRATCH")) as scratch:
        vault, site, data = (Path(scratch, name) for name in ("vault", "site", "data"))
        site.mkdir()
        register = Path(scratch, "register")
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
        until = datetime.combine(START, datetime.min.time()) + span
        files = made(vault, -(-span // timedelta(days=1)), until)
        publisher = Publisher(vault, site, files, speed)
        with mirror.start(site) as server:
            lags = loop(site, data, server.url, publisher, span.total_seconds() / speed + 600)
        clean = Path(scratch, "clean")
        gridhouse(clean, "extract", "--from", register)
        gridhouse(clean, "extract", "--from", vault)
        gridhouse(clean, "build")
        others = differing(data, clean)
        median = statistics.median(lags)
        print(
            f"{len(files)} intervals at {speed:g} times real speed: none missed, no rollup off; "
            f"lag median {median:.1f} s, worst {max(lags):.1f} s (limit of the median "
            f"{LAG_LIMIT_S:.0f} s)"
        )
        print("\n".join(["OTHER THAN one load:", *others]) if others else "all as of one load")
        return 0 if not others and median <= LAG_LIMIT_S else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=0)
    parser.add_argument("--minutes", type=int, default=0)
    parser.add_argument("--speed", type=float, default=60.0)
    given = parser.parse_args()
    asked = timedelta(days=given.days, minutes=given.minutes) or timedelta(hours=3)
    raise SystemExit(main(asked, given.speed))
