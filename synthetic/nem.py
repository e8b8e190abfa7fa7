"""NEM files: the five-minute reports, their daily and weekly archives, and the monthly tables."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np

from synthetic import nem_tables as tables
from synthetic import nem_truth
from synthetic.clock import NEM, utc
from synthetic.context import Context
from synthetic.corrections import nudges
from synthetic.nem_layouts import ARCHIVE_NAMES_FROM
from synthetic.nem_market import Day
from synthetic.nem_tables import Table, Trading
from synthetic.shapes import generator
from synthetic.zips import pack

CRLF = "\r\n"
FORMS = ("current", "archive", "mmsdm")
ROOT = "nem"
# A re-issued report comes twelve minutes after the first one.
REISSUE_SECONDS = 720
_UTC_OFFSET = 10 * 3600


@dataclass(frozen=True)
class Report:
    """A five-minute report: its name, its folder, seconds after the interval's start, id offset."""

    name: str
    folder: str
    delay: int
    offset: int


REPORTS = {
    "nem_dispatchis": Report("DISPATCHIS", "DispatchIS_Reports", 21, 1),
    "nem_dispatch_scada": Report("DISPATCHSCADA", "Dispatch_SCADA", 23, 6),
    "nem_tradingis": Report("TRADINGIS", "TradingIS_Reports", 31, 34),
}
# feed -> monthly tables, by the name in their files
MONTHLY = {
    "nem_dispatchis": (
        "DISPATCHPRICE",
        "DISPATCHREGIONSUM",
        "DISPATCHINTERCONNECTORRES",
        "DISPATCHCONSTRAINT",
    ),
    "nem_dispatch_scada": ("DISPATCH_UNIT_SCADA",),
    "nem_tradingis": ("TRADINGPRICE", "TRADINGINTERCONNECT"),
}
# Monthly tables that come in several files under the new names.
SPLIT = {"DISPATCHCONSTRAINT": 2}


def event_id(start: int, report: Report, reissue: bool) -> tuple[int, int]:
    """Event queue ids of a report and of its batch; they rise with time, a re-issue has a higher.

    `start` is the start of the interval in UTC seconds.
    """
    step = (start - 1636345800) // 300
    batch = 352_251_581 + 330 * step + (165 if reissue else 0)
    return batch + report.offset, batch


def market_stamp(seconds: int) -> datetime:
    """Market time of UTC seconds."""
    return datetime(1970, 1, 1) + timedelta(seconds=seconds + _UTC_OFFSET)


def report_file(first: str, blocks: Iterable[tuple[bytes, int]], end: bytes) -> tuple[bytes, int]:
    """A whole AEMO file: C line, tables, footer with the number of lines; and its D lines."""
    body, rows, count = [first.encode() + end], 0, 0
    for block, lines in blocks:
        body.append(block)
        rows += lines
        count += lines + 1
    # the footer counts every line, both C lines and the I lines included
    body.append(b'C,"END OF REPORT",%d' % (count + 2) + end)
    return b"".join(body), rows


@dataclass
class Months:
    """Lines of the monthly tables, gathered day by day."""

    headers: dict[tuple[str, date], str] = field(default_factory=dict)
    parts: dict[tuple[str, date], list[bytes]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[tuple[str, date], list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, day: date, table: Table) -> None:
        key = (name, day.replace(day=1))
        self.headers[key] = table.header
        self.parts[key].append(table.lines.all())
        self.rows[key].append(table.lines.rows)


def month_end(day: date) -> str:
    """Line end of the monthly files: the ones under the new names have no carriage return."""
    return "\n" if day >= ARCHIVE_NAMES_FROM else CRLF


def month_names(table: str, month: date, files: int) -> list[tuple[str, str]]:
    """Names on the server and of the member; `%23` stands literally in the former."""
    stamp = f"{month:%Y%m}010000"
    if month < ARCHIVE_NAMES_FROM:
        name = f"PUBLIC_DVD_{table}_{stamp}"
        return [(f"{name}.zip", f"{name}.CSV")]
    names = [f"PUBLIC_ARCHIVE#{table}#FILE{n:02d}#{stamp}" for n in range(1, files + 1)]
    return [(f"{name.replace('#', '%23')}.zip", f"{name}.CSV") for name in names]


def _split(parts: list[bytes], rows: list[int], files: int) -> list[tuple[list[bytes], int]]:
    """Share day parts among `files` files, in order; a single part is cut at a line end."""
    if files == 1:
        return [(parts, sum(rows))]
    lines = b"".join(parts).splitlines(keepends=True)
    cuts = [round(n * len(lines) / files) for n in range(files + 1)]
    return [(lines[a:b], b - a) for a, b in pairwise(cuts)]


def _write_months(ctx: Context, feed: str, months: Months) -> None:
    for (table, month), parts in months.parts.items():
        days = calendar.monthrange(month.year, month.month)[1]
        made = datetime(month.year, month.month, 1) + timedelta(days=days + 7, hours=20, minutes=28)
        seconds = utc(made.date(), NEM) + 20 * 3600 + 28 * 60
        names = month_names(table, month, SPLIT.get(table, 1))
        shares = _split(parts, months.rows[table, month], len(names))
        for (name, member), (lines, rows) in zip(names, shares, strict=True):
            if month < ARCHIVE_NAMES_FROM:
                ids = f"{event_id(seconds, REPORTS[feed], False)[0]:016d},,{seconds // 300:016d}"
            else:
                ids = f"00{seconds * 1000:013d},MONTHLY_ARCHIVE,00{seconds * 1000:013d}"
            first = f"C,SETP.WORLD,DVD_{table},AEMO,PUBLIC,{made:%Y/%m/%d,%H:%M:%S},{ids}"
            end = month_end(month).encode()
            block = months.headers[table, month].encode() + end + b"".join(lines)
            data, count = report_file(first, [(block, rows)], end)
            folder = (
                f"{ROOT}/Data_Archive/Wholesale_Electricity/MMSDM/{month:%Y}/MMSDM_{month:%Y_%m}"
                "/MMSDM_Historical_Data_SQLLoader/DATA"
            )
            ctx.write(feed, f"{folder}/{name}", pack([(member, data)], made), count, seconds)


def _day_tables(
    feed: str, market: Day, monthly: bool, nudge: np.ndarray | None, late: int
) -> list[Table]:
    """Tables of a feed in the order of its report (or of MONTHLY)."""
    end = month_end(market.day) if monthly else CRLF
    if feed == "nem_dispatch_scada":
        return [tables.scada(market, monthly, end, late)]
    if feed == "nem_tradingis":
        trading = Trading(market, nudge)
        pair = [trading.link_table(monthly, end, late), trading.price_table(monthly, end, late)]
        return pair[::-1] if monthly else pair
    main = [
        tables.price(market, monthly, end, nudge, late),
        tables.region_sum(market, monthly, end, late),
        tables.links(market, monthly, end, late),
        tables.constraints(market, monthly, end, late),
    ]
    if monthly:
        return main
    before = [tables.case_solution(market, end, late), tables.local_price(market, end, late)]
    return [*before, *main, tables.interconnection(market, end, late)]


@dataclass
class Archives:
    """Inner zips of the archive containers: by day, or for TRADINGIS by week (Sunday on)."""

    members: dict[str, list[tuple[str, bytes]]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    last: dict[str, date] = field(default_factory=dict)

    def add(self, feed: str, day: date, name: str, data: bytes, rows: int) -> None:
        container = f"PUBLIC_{REPORTS[feed].name}_{day:%Y%m%d}.zip"
        last = day
        if feed == "nem_tradingis":
            first = day - timedelta(days=(day.weekday() + 1) % 7)
            last = first + timedelta(days=6)
            container = f"PUBLIC_{REPORTS[feed].name}_{first:%Y%m%d}_{last:%Y%m%d}.zip"
        self.members[container].append((name, data))
        self.rows[container] += rows
        self.last[container] = last


def _write_archives(ctx: Context, feed: str, archives: Archives) -> None:
    for container, members in archives.members.items():
        seconds = utc(archives.last[container] + timedelta(days=2), NEM)
        data = pack(members, market_stamp(seconds), store=True)
        path = f"{ROOT}/Reports/ARCHIVE/{REPORTS[feed].folder}/{container}"
        ctx.write(feed, path, data, archives.rows[container], seconds)


def correction(ctx: Context, market: Day) -> np.ndarray:
    """What the correction adds to the regional prices, (5, 288): the same for all feeds."""
    rng = generator(ctx.seed, "NEM", "correction", market.day)
    return nudges(rng, (5, 288), ctx.share, 5)


def _write_reports(
    ctx: Context, feed: str, market: Day, nudge: np.ndarray | None, archives: Archives
) -> nem_truth.Posted:
    """Write the reports of one day; on a correction only those whose prices changed."""
    report, reissue = REPORTS[feed], ctx.revision > 1
    late = REISSUE_SECONDS if reissue else 0
    parts = _day_tables(feed, market, False, nudge if reissue else None, late)
    steps = Trading(market).steps if feed == "nem_tradingis" else 1
    count = 288 // steps
    changed = np.ones(count, bool)
    if reissue:
        changed = (nudge != 0).any(axis=0).reshape(count, steps).any(axis=1)
    starts = market.fives.start.astype(int)[steps - 1 :: steps]
    posted = nem_truth.Posted(count)
    for t in np.flatnonzero(changed):
        start = int(starts[t])
        made = start + report.delay + late
        number, batch = event_id(start, report, reissue)
        interval = market_stamp(start + 300)
        name = f"PUBLIC_{report.name}_{interval:%Y%m%d%H%M}_{number:016d}"
        at = market_stamp(made)
        first = (
            f"C,NEMP.WORLD,{report.name},AEMO,PUBLIC,{at:%Y/%m/%d,%H:%M:%S},{number:016d},"
            f"{report.name},{batch:016d}"
        )
        in_hours = ctx.in_hours(market_stamp(start + 300 - 300 * steps).hour)
        to_current = "current" in ctx.nem_forms and in_hours
        if not (to_current or "archive" in ctx.nem_forms):
            continue
        blocks = [table.block(int(t), int(t) + 1, CRLF.encode()) for table in parts]
        data, rows = report_file(first, blocks, CRLF.encode())
        data = pack([(f"{name}.CSV", data)], at)
        if to_current:
            path = f"{ROOT}/Reports/Current/{report.folder}/{name}.zip"
            ctx.write(feed, path, data, rows, made)
        if "archive" in ctx.nem_forms and not reissue:
            archives.add(feed, market.day, f"{name}.zip", data, rows)
        if to_current or not reissue:
            posted.add(int(t), f"{name}.zip", made)
    return posted


def write_days(ctx: Context, feeds: list[str], days: list[date]) -> None:
    """Write `feeds` for every day in the forms of `ctx.nem_forms`.

    Archive and monthly containers hold the days of this call; a later call for other days of the
    same week or month replaces them. The monthly tables hold the corrected prices if there are any.
    """
    for feed in feeds:
        if ctx.revision > 1 and feed == "nem_dispatch_scada":
            continue
        months, archives = Months(), Archives()
        for day in days:
            market = Day(ctx.seed, day, ctx.points["nem"])
            nudge = correction(ctx, market) if ctx.share else None
            posted = _write_reports(ctx, feed, market, nudge, archives)
            if "mmsdm" in ctx.nem_forms and ctx.revision == 1:
                monthly = _day_tables(feed, market, True, nudge, 0)
                for name, table in zip(MONTHLY[feed], monthly, strict=True):
                    months.add(name, day, table)
                posted.every()
            nem_truth.keep(ctx, feed, market, nudge if ctx.revision > 1 else None, posted)
        _write_archives(ctx, feed, archives)
        _write_months(ctx, feed, months)
