"""NEM files about units and regions beside the dispatch: registration, emission factors, next-day
dispatch of units, rooftop solar, operational demand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from synthetic import nem, nem_registration, nem_truth, text
from synthetic.clock import NEM, utc
from synthetic.context import Context
from synthetic.nem_market import REGIONS, SOLAR, Day
from synthetic.nem_registry import FIRST_DAY, LATER_FACTORS, OWNER, Unit, registered
from synthetic.nem_tables import STAMP, Stamps, Table, rows, table_of
from synthetic.shapes import sun_shape
from synthetic.zips import pack

DAY = timedelta(days=1)
HALF_HOURS = 48
AREAS = (*REGIONS, "QLDC", "QLDN", "QLDS", "TASN", "TASS")
PARTS = {"QLD1": {"QLDC": 0.11, "QLDN": 0.16, "QLDS": 0.73}, "TAS1": {"TASN": 0.4, "TASS": 0.6}}
TYPES = ("MEASUREMENT", "SATELLITE")
ROOFTOP_PEAK = {"NSW1": 3900.0, "QLD1": 3700.0, "SA1": 1500.0, "TAS1": 180.0, "VIC1": 3000.0}


def write_days(ctx: Context, feeds: list[str], days: list[date]) -> None:
    """Write NEM feeds: those of `synthetic.nem`, and those here, which no correction changes."""
    if dispatch := [f for f in feeds if f in nem.REPORTS]:
        nem.write_days(ctx, dispatch, days)
    for feed in [f for f in feeds if f in WRITERS and ctx.revision == 1]:
        WRITERS[feed](ctx, feed, days)


@dataclass(frozen=True)
class File:
    """A report ready to be published: its name without ending, its zip, rows, seconds (UTC)."""

    name: str
    zipped: bytes
    rows: int
    made: int


def _file(name: str, report: str, table: Table, made: int, end: str = nem.CRLF) -> File:
    data, rows = _plain(report, table, made, end)
    return File(name, pack([(f"{name}.CSV", data)], nem.market_stamp(made)), rows, made)


def _plain(report: str, table: Table, made: int, end: str) -> tuple[bytes, int]:
    """A whole report of one table, and its number of rows."""
    at, number = nem.market_stamp(made), _number(made)
    system = "SETP" if report.startswith("DVD_") else "NEMP"
    first = (
        f"C,{system}.WORLD,{report},AEMO,PUBLIC,{at:%Y/%m/%d,%H:%M:%S},{number:016d},"
        f"{report},{number:016d}"
    )
    block = table.block(0, len(table.starts) - 1, end.encode())
    return nem.report_file(first, [block], end.encode())


def _number(made: int) -> int:
    return nem.event_id(made, nem.REPORTS["nem_dispatchis"], False)[0]


@dataclass
class Reports:
    """Reports of a feed for the current folder, and in the form `archive` as zips of zips."""

    ctx: Context
    feed: str
    folder: str
    archived: dict[str, list[File]] = field(default_factory=lambda: defaultdict(list))

    def add(self, file: File, container: str) -> None:
        """Publish a report; `container` is the zip of the archive that will hold it."""
        if "current" in self.ctx.nem_forms:
            path = f"{nem.ROOT}/Reports/Current/{self.folder}/{file.name}.zip"
            self.ctx.write(self.feed, path, file.zipped, file.rows, file.made)
        if "archive" in self.ctx.nem_forms:
            self.archived[container].append(file)

    def close(self) -> None:
        """Write the archive."""
        for container, files in self.archived.items():
            made = max(f.made for f in files) + 86_400
            members = [(f"{f.name}.zip", f.zipped) for f in files]
            data = pack(members, nem.market_stamp(made), store=True)
            path = f"{nem.ROOT}/Reports/ARCHIVE/{self.folder}/{container}.zip"
            self.ctx.write(self.feed, path, data, sum(f.rows for f in files), made)


def _is_reported(ctx: Context) -> bool:
    return bool({"current", "archive"} & set(ctx.nem_forms))


def _week(day: date) -> date:
    """First day of the week of the archive that holds `day`: they begin on Thursdays."""
    return day - timedelta(days=(day.weekday() - 3) % 7)


def _save_month(ctx: Context, feed: str, name: str, day: date, tables: list[Table]) -> None:
    """The monthly file of a table, which holds the days that were asked for."""
    month = day.replace(day=1)
    ((file, member),) = nem.month_names(name, month, 1)
    folder = (
        f"Data_Archive/Wholesale_Electricity/MMSDM/{month:%Y}/MMSDM_{month:%Y_%m}"
        "/MMSDM_Historical_Data_SQLLoader/DATA"
    )
    made = utc((month + 39 * DAY).replace(day=8), NEM) + 20 * 3600
    end = nem.month_end(month)
    data, count = _plain(f"DVD_{name}", _joined(tables, end), made, end)
    zipped = pack([(member, data)], nem.market_stamp(made))
    ctx.write(feed, f"{nem.ROOT}/{folder}/{file}", zipped, count, made)


def _joined(tables: list[Table], end: str) -> Table:
    """Tables of several days under one header, as one interval."""
    if len(tables) == 1:
        return tables[0]
    body = b"".join(t.lines.all() for t in tables).decode().removesuffix(end).split(end)
    lines = text.Lines([text.texts(body)], end)
    return Table(tables[0].report, tables[0].header, lines, np.array([0, len(body)]))


def _by_month(ctx: Context, days: Iterable[date]) -> Iterable[list[date]]:
    if "mmsdm" not in ctx.nem_forms:
        return
    days = list(days)
    for month in sorted({d.replace(day=1) for d in days}):
        yield [d for d in days if d.replace(day=1) == month]


# units


def output_after(market: Day) -> np.ndarray:
    """What each unit gives at the end of the interval, (units, 288): the next reading."""
    return np.concatenate([market.output[:, 1:], market.output[:, -1:]], axis=1)


def unit_solution(market: Day, monthly: bool, end: str) -> Table:
    """DISPATCH,UNIT_SOLUTION: INITIALMW of what happened is the SCADA reading.

    The run without a direction starts from its own target of the interval before.
    """
    known = registered(market.count)
    where = rows(len(known), 288, market.intervention)
    after = output_after(market)
    wish = np.round(after * np.where(market.intervention, 0.97, 1.0), 5)
    before = np.concatenate([wish[:, :1], wish[:, :-1]], axis=1)
    simulated = np.where(market.intervention, before, market.output)
    capacity = np.array([u.capacity for u in known])[:, None] + 0 * after
    free = np.array([u.schedule_type == "SEMI-SCHEDULED" for u in known])[:, None]
    price = dict(zip(REGIONS, market.price(), strict=True))
    capped = free & (np.array([price[u.region] for u in known]) < -20)
    forecast = np.where(capped, np.round(after / 0.8, 5), after)
    hours = np.array([u.storage_mwh or np.nan for u in known])[:, None]
    stored = np.round(np.clip(0.5 * hours - np.cumsum(market.output, axis=1) / 12, 0, hours), 5)
    earlier = np.concatenate([0.5 * hours, stored[:, :-1]], axis=1)
    values = Stamps(market).dispatch(where) | {
        "DUID": text.pick([u.duid for u in known], where.entity),
        "TRADETYPE": "0",
        "CONNECTIONPOINTID": text.pick([u.connection_point for u in known], where.entity),
        "DISPATCHMODE": "0",
        "AGCSTATUS": "1",
        "INITIALMW": text.fixed(where.pick({0: simulated, 1: market.output}), 2),
        "TOTALCLEARED": text.number(where.pick({0: wish, 1: after})),
        "RAMPDOWNRATE": "720",
        "RAMPUPRATE": "720",
        "AVAILABILITY": text.number(where.one(np.where(free, forecast, capacity))),
        "SEMIDISPATCHCAP": text.integer(where.one(capped)),
        "UIGF": text.number_or_blank(where.one(np.where(free, forecast, np.nan))),
        "INITIAL_ENERGY_STORAGE": text.number_or_blank(where.one(earlier)),
        "ENERGY_STORAGE": text.number_or_blank(where.one(stored)),
        "CONFORMANCE_MODE": "0",
        **{f"{s}": "0" for s in ("RAISEREG", "LOWERREG", "RAISE6SEC", "LOWER6SEC")},
    }
    return table_of(
        "UNIT_SOLUTION", "DISPATCH,UNIT_SOLUTION", market, monthly, end, where, 288, values
    )


def _next_day(ctx: Context, feed: str, days: list[date]) -> None:
    """Trading days from 04:05 to 04:00, and the monthly table."""
    count = ctx.points["nem"]
    for span in _by_month(ctx, days):
        end = nem.month_end(span[0])
        tables = [unit_solution(Day(ctx.seed, d, count), True, end) for d in span]
        _save_month(ctx, feed, "DISPATCHLOAD", span[0], tables)
    reports = Reports(ctx, feed, "Next_Day_Dispatch")
    for day in days if _is_reported(ctx) else []:
        halves = [
            _part(unit_solution(Day(ctx.seed, d, count), False, nem.CRLF), part)
            for d, part in ((day, slice(48, 288)), (day + DAY, slice(0, 48)))
        ]
        made = utc(day + DAY, NEM) + 4 * 3600 + 600
        name = f"PUBLIC_NEXT_DAY_DISPATCH_{day:%Y%m%d}_{_number(made):016d}"
        file = _file(name, "NEXT_DAY_DISPATCH", _joined(halves, nem.CRLF), made)
        reports.add(file, f"PUBLIC_NEXT_DAY_DISPATCH_{day.replace(day=1):%Y%m%d}")
    reports.close()


def _part(table: Table, part: slice) -> Table:
    a, b, _ = part.indices(len(table.starts) - 1)
    body = table.lines.part(int(table.starts[a]), int(table.starts[b])).decode()
    lines = body.removesuffix(nem.CRLF).split(nem.CRLF)
    return Table(
        table.report,
        table.header,
        text.Lines([text.texts(lines)], nem.CRLF),
        np.array([0, len(lines)]),
    )


# regions by half hour


def _ends(day: date, count: int) -> np.ndarray:
    """Clock time at the end of each of the `count` intervals of a day."""
    first = np.datetime64(datetime(day.year, day.month, day.day), "s")
    return first + 86_400 // count * np.arange(1, count + 1)


def rooftop_power(market: Day) -> np.ndarray:
    """MW of rooftop panels at the end of each half hour by type and area, (2, 10, 48).

    The areas of a region add up to it.
    """
    hour = np.arange(1, HALF_HOURS + 1) / 2
    sun = sun_shape(hour, market.day, south=True)
    out = np.zeros((len(TYPES), len(AREAS), HALF_HOURS))
    for t, kind in enumerate(TYPES):
        for a, area in enumerate(REGIONS):
            wobble = 1 + 0.02 * market.rng("rooftop", kind, area).standard_normal(HALF_HOURS)
            scale = ROOFTOP_PEAK[area] * (1.04 if kind == "SATELLITE" else 1.0)
            out[t, a] = np.round(scale * sun * (1.0 if SOLAR[area] else 0.9) * wobble, 3)
        for region, parts in PARTS.items():
            whole = out[t, REGIONS.index(region)]
            left = whole.copy()
            for area, share in list(parts.items())[:-1]:
                out[t, AREAS.index(area)] = np.round(share * whole, 3)
                left = left - out[t, AREAS.index(area)]
            out[t, AREAS.index(list(parts)[-1])] = np.round(left, 3)
    return out


def rooftop(market: Day, monthly: bool, end: str, kinds: tuple[str, ...] = TYPES) -> Table:
    """ROOFTOP,ACTUAL of one type or of both."""
    where = rows(len(kinds) * len(AREAS), HALF_HOURS, None)
    chosen = [TYPES.index(k) for k in kinds]
    power = rooftop_power(market)[chosen].reshape(-1, HALF_HOURS)
    ends = _ends(market.day, HALF_HOURS)[where.interval]
    quality = {"MEASUREMENT": "1", "SATELLITE": "0.6"}
    values = {
        "INTERVAL_DATETIME": text.stamp(ends, STAMP),
        "TYPE": text.pick([k for k in kinds for _ in AREAS], where.entity),
        "REGIONID": text.pick(AREAS * len(kinds), where.entity),
        "POWER": text.number(where.one(power)),
        "QI": text.pick([quality[k] for k in kinds for _ in AREAS], where.entity),
        "LASTCHANGED": text.stamp(ends + 1200, STAMP),
    }
    return table_of("ROOFTOP", "ROOFTOP,ACTUAL", market, monthly, end, where, HALF_HOURS, values)


def operational_mw(market: Day, steps: int) -> np.ndarray:
    """Operational demand in MW by region and interval, `steps` of them in the day."""
    return np.rint(1.01 * market.demand.reshape(len(REGIONS), steps, -1).mean(axis=2))


def operational_demand(market: Day, monthly: bool, end: str, steps: int = HALF_HOURS) -> Table:
    """OPERATIONAL_DEMAND,ACTUAL: whole MW, a little above scheduled demand."""
    where = rows(len(REGIONS), steps, None)
    ends = _ends(market.day, steps)[where.interval]
    values = {
        "REGIONID": text.pick(REGIONS, where.entity),
        "INTERVAL_DATETIME": text.stamp(ends, STAMP),
        "OPERATIONAL_DEMAND": text.integer(where.one(operational_mw(market, steps))),
        "OPERATIONAL_DEMAND_ADJUSTMENT": "0",
        "WDR_ESTIMATE": "0",
        "LASTCHANGED": text.stamp(ends + 30, STAMP),
    }
    return table_of(
        "OPERATIONAL_DEMAND", "OPERATIONAL_DEMAND,ACTUAL", market, monthly, end, where, steps,
        values,
    )  # fmt: skip


def _rooftop(ctx: Context, feed: str, days: list[date]) -> None:
    """A report of each type for each half hour, stamped half an hour after it."""
    for span in _by_month(ctx, days):
        end = nem.month_end(span[0])
        tables = [rooftop(Day(ctx.seed, d, 1), True, end) for d in span]
        _save_month(ctx, feed, "ROOFTOP_PV_ACTUAL", span[0], tables)
    reports = Reports(ctx, feed, "ROOFTOP_PV/ACTUAL")
    for day in days if _is_reported(ctx) else []:
        for kind in TYPES:
            report = f"ROOFTOP_PV_ACTUAL_{kind}"
            table = rooftop(Day(ctx.seed, day, 1), False, nem.CRLF, (kind,))
            for n, stop in _stops(ctx, day):
                made = _seconds(stop) + 1803
                stamp = stop + timedelta(minutes=30)
                name = f"PUBLIC_{report}_{stamp:%Y%m%d%H%M%S}_{_number(made):016d}"
                file = _file(name, report, _part(table, slice(n, n + 1)), made)
                reports.add(file, f"PUBLIC_{report}_{_week(day):%Y%m%d}")
    reports.close()


def _demand(ctx: Context, feed: str, days: list[date]) -> None:
    """A report for each half hour, and a rolling one of five minutes."""
    for span in _by_month(ctx, days):
        end = nem.month_end(span[0])
        tables = [operational_demand(Day(ctx.seed, d, 1), True, end) for d in span]
        _save_month(ctx, feed, "DEMANDOPERATIONALACTUAL", span[0], tables)
    report = "ACTUAL_OPERATIONAL_DEMAND"
    reports = Reports(ctx, feed, "Operational_Demand/ACTUAL_HH")
    for day in days:
        nem_truth.keep_demand(ctx, feed, day, _known_demand(ctx, day))
    for day in days if _is_reported(ctx) else []:
        market = Day(ctx.seed, day, 1)
        table = operational_demand(market, False, nem.CRLF)
        for n, stop in _stops(ctx, day):
            made = _seconds(stop) + 17
            name = f"PUBLIC_{report}_HH_{stop:%Y%m%d%H%M}_{nem.market_stamp(made):%Y%m%d%H%M%S}"
            file = _file(name, f"{report}_HH", _part(table, slice(n, n + 1)), made)
            reports.add(file, f"PUBLIC_{report}_HH_{_week(day):%Y%m%d}")
        if "current" in ctx.nem_forms:
            rolling = operational_demand(market, False, nem.CRLF, steps=288)
            made = utc(day + DAY, NEM) + 343
            name = f"PUBLIC_{report}_5MIN_{day + DAY:%Y%m%d}0000_{day + DAY:%Y%m%d}000543"
            file = _file(name, f"{report}_5MIN", rolling, made)
            Reports(ctx, feed, "Operational_Demand/ACTUAL_5MIN").add(file, "")
    reports.close()


def _known_demand(ctx: Context, day: date) -> dict[str, tuple[np.ndarray, list[int]]]:
    """MW by region and interval of each kind of demand, and the intervals that are published."""
    market, half_hours = Day(ctx.seed, day, 1), []
    if "mmsdm" in ctx.nem_forms:
        half_hours = list(range(HALF_HOURS))
    elif _is_reported(ctx):
        half_hours = [n for n, _ in _stops(ctx, day)]
    return {
        "OPERATIONAL": (
            operational_mw(market, 288), list(range(288)) if "current" in ctx.nem_forms else []
        ),
        "OPERATIONAL_HALF_HOUR": (operational_mw(market, HALF_HOURS), half_hours),
    }  # fmt: skip


def _stops(ctx: Context, day: date) -> list[tuple[int, datetime]]:
    """Number and end of the half hours whose reports are asked for."""
    ends = enumerate(_ends(day, HALF_HOURS))
    return [(n, stop.item()) for n, stop in ends if ctx.in_hours(n // 2)]


def _seconds(at: datetime) -> int:
    return utc(at.date(), NEM) + at.hour * 3600 + at.minute * 60


# what is registered


def _listed(report: str, version: int, columns: str, lines: list[str], end: str) -> Table:
    """A table without intervals, from finished rows."""
    head = f"{report},{version}"
    body = text.Lines([text.texts([f"D,{head},{line}" for line in lines])], end)
    return Table(report, f"I,{head},{columns}", body, np.array([0, len(lines)]))


def _day(day: date) -> str:
    return f'"{day:%Y/%m/%d} 00:00:00"'


def _registration(ctx: Context, feed: str, days: list[date]) -> None:
    """Registered units and stations, in the month of the newest day."""
    if "mmsdm" not in ctx.nem_forms:
        return
    known, day = registered(ctx.points["nem"]), max(days)
    end = nem.month_end(day)
    changed = '"2024/06/20 13:42:04"'

    def summary(unit: Unit) -> list[str]:
        spans = ((FIRST_DAY, LATER_FACTORS), (LATER_FACTORS, date(2999, 12, 31)))
        return [
            f"{unit.duid},{_day(first)},{_day(last)},{unit.dispatch_type},{unit.connection_point},"
            f"{unit.region},{unit.station},{OWNER},{changed},{unit.loss_factor(first)},SLOW,1,"
            f"{unit.schedule_type},"
            + (f"{unit.loss_factor(first) - 0.01:.4f}" if unit.storage_mwh else "")
            for first, last in spans
        ]

    def detail(unit: Unit) -> str:
        semi = "Y" if unit.schedule_type == "SEMI-SCHEDULED" else "N"
        storage = "" if unit.storage_mwh is None else f"{unit.storage_mwh:g}"
        return (
            f"{_day(FIRST_DAY)},{unit.duid},1,{unit.connection_point},{unit.capacity:g},"
            f"{unit.dispatch_type},{unit.capacity:g},SLOW,{changed},{semi},{semi},{storage}"
        )

    report = "PARTICIPANT_REGISTRATION"
    stations = sorted({(u.station, u.region) for u in known})
    tables = {
        "DUDETAILSUMMARY": _listed(
            f"{report},DUDETAILSUMMARY", 7,
            "DUID,START_DATE,END_DATE,DISPATCHTYPE,CONNECTIONPOINTID,REGIONID,STATIONID,"
            "PARTICIPANTID,LASTCHANGED,TRANSMISSIONLOSSFACTOR,STARTTYPE,DISTRIBUTIONLOSSFACTOR,"
            "SCHEDULE_TYPE,SECONDARY_TLF",
            [line for unit in known for line in summary(unit)], end,
        ),
        "DUDETAIL": _listed(
            f"{report},DUDETAIL", 7,
            "EFFECTIVEDATE,DUID,VERSIONNO,CONNECTIONPOINTID,REGISTEREDCAPACITY,DISPATCHTYPE,"
            "MAXCAPACITY,STARTTYPE,LASTCHANGED,INTERMITTENTFLAG,SEMISCHEDULE_FLAG,"
            "MAXSTORAGECAPACITY",
            [detail(unit) for unit in known], end,
        ),
        "STATION": _listed(
            f"{report},STATION", 1, "STATIONID,STATIONNAME,STATE,LASTCHANGED,CONNECTIONPOINTID",
            [f'{s},"Synthetic station {s}",{r[:-1]},{changed},' for s, r in stations], end,
        ),
    }  # fmt: skip
    for name, table in tables.items():
        _save_month(ctx, feed, name, day, [table])


def _emissions(ctx: Context, feed: str, days: list[date]) -> None:
    """The emission factors in force, a file that is written over each week."""
    if "current" not in ctx.nem_forms:
        return
    lines = [
        f'"Synthetic station {u.station}",{u.duid},{u.duid},{u.region},{u.factor:g},'
        f'"{u.energy_source}","ISP 2024"'
        for u in registered(ctx.points["nem"])
        if u.dispatch_type != "LOAD"
    ]
    columns = (
        "STATIONNAME,DUID,GENSETID,REGIONID,CO2E_EMISSIONS_FACTOR,CO2E_ENERGY_SOURCE,"
        "CO2E_DATA_SOURCE"
    )
    table = _listed("CO2EII,PUBLISHING", 1, columns, lines, nem.CRLF)
    name, made = "CO2EII_AVAILABLE_GENERATORS", utc(max(days), NEM) + 10 * 3600
    data, count = _plain(name, table, made, nem.CRLF)
    ctx.write(feed, f"{nem.ROOT}/Reports/Current/CDEII/{name}.CSV", data, count, made)


WRITERS: dict[str, Callable[[Context, str, list[date]], None]] = {
    "nem_next_day_dispatch": _next_day,
    "nem_rooftop_actual": _rooftop,
    "nem_operational_demand": _demand,
    "nem_participant_registration": _registration,
    "nem_cdeii": _emissions,
    nem_registration.FEED: nem_registration.write,
}
