"""WEM files: the documents since the reform of October 2023, and the CSV files before it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from synthetic.clock import utc
from synthetic.context import Context
from synthetic.shapes import demand_shape, energy_curve, generator, smooth_noise, sun_shape
from synthetic.zips import pack

PERTH = "Australia/Perth"
REFORM = date(2023, 10, 1)
DAY, FIVE = timedelta(days=1), timedelta(minutes=5)
# Real codes, since the register of facilities is a seed; the figures are made up.
UNITS = {
    "COLLIE_G1": ("steady", 318.0),
    "COCKBURN_CCG1": ("rest", 900.0),
    "YANDIN_WF1": ("wind", 212.0),
    "MERSOLAR_PV1": ("sun", 100.0),
    "KWINANA_ESR1": ("battery", 100.0),
}
_ROOT = "wem/public/market-data/wemde"
_FILES = "wem/public/public-data/datafiles"


@dataclass(frozen=True)
class Day:
    """One trading day, 08:00 to 08:00 in Perth: 288 intervals of five minutes."""

    seed: int
    day: date

    @cached_property
    def starts(self) -> list[datetime]:
        """Clock times in Perth at which the intervals begin."""
        first = datetime(self.day.year, self.day.month, self.day.day, 8)
        return [first + n * FIVE for n in range(288)]

    @cached_property
    def hour(self) -> np.ndarray:
        return np.array([t.hour + t.minute / 60 for t in self.starts])

    @cached_property
    def demand(self) -> np.ndarray:
        """Operational demand, MW."""
        noise = smooth_noise(generator(self.seed, "WEM", "demand", self.day), 288, 24)
        return np.round(
            1600 * demand_shape(self.hour, self.day, south=True) * (1 + 0.01 * noise), 3
        )

    @cached_property
    def price(self) -> np.ndarray:
        """Price of the half hours, AUD/MWh; one of them is 0, which is a price."""
        curve = energy_curve(
            self.seed, "WEM", self.day, self.hour[::6], south=True, cap=1000.0, floor=-1000.0
        )
        prices = np.round(curve.price, 2)
        prices[10] = 0.0
        return prices

    @cached_property
    def energy(self) -> dict[str, np.ndarray]:
        """MWh of the five minutes by facility, three decimals; the batteries' sum to the demand."""
        out = {}
        sun = sun_shape(self.hour, self.day, south=True)
        dear = np.repeat(self.price, 6)
        for code, (kind, capacity) in UNITS.items():
            wave = smooth_noise(generator(self.seed, "WEM", code, self.day), 288, 24)
            share = {
                "steady": np.clip(0.8 + 0.05 * wave, 0, 1),
                "wind": np.clip(0.4 + 0.2 * wave, -0.003, 1),
                "sun": sun * np.clip(0.9 + 0.05 * wave, 0, 1) - 0.0015,
                "battery": np.where(dear < 5, -0.6, np.where(dear > 60, 0.8, 0.0)),
                "rest": np.zeros(288),
            }[kind]
            out[code] = np.round(capacity * share / 12, 3)
        rest = self.demand / 12 - sum(out.values())
        out["COCKBURN_CCG1"] = np.round(rest, 3)
        return out


def _stamp(clock: datetime) -> str:
    return f"{clock:%Y-%m-%dT%H:%M:%S}+08:00"


@dataclass(frozen=True)
class Product:
    """A product since the reform: its folder, the names of its document and of that in a zip."""

    folder: str
    name: str
    zipped: str | None = None

    def write(
        self, ctx: Context, feed: str, day: date, data: dict, rows: int, is_last: bool
    ) -> None:
        """In the folder of past days, and, for the last day, in the one of these days as well."""
        published = utc(day + DAY, PERTH) + 10 * 3600
        name, body = self.name.format(day), json.dumps(data).encode()
        if self.zipped is None:
            ctx.write(feed, f"{_ROOT}/{self.folder}/{name}", body, rows, published)
            return
        path = f"{_ROOT}/{self.folder}/previous/{self.zipped.format(day)}"
        stamp = datetime(day.year, day.month, day.day) + 2 * DAY
        ctx.write(feed, path, pack([(name, body)], stamp), rows, published + 86400)
        if is_last:
            ctx.write(feed, f"{_ROOT}/{self.folder}/current/{name}", body, rows, published)


def _scada(market: Day) -> tuple[dict, int]:
    rows = [
        {"dispatchInterval": _stamp(start), "code": code, "quantity": float(energy[n])}
        for n, start in enumerate(market.starts)
        for code, energy in market.energy.items()
    ]
    return {"data": {"facilityScadaDispatchIntervals": rows}}, len(rows)


def _trading_price(market: Day) -> tuple[dict, int]:
    rows = [
        {"tradingInterval": _stamp(start), "referenceTradingPrice": float(p), "isPublished": True}
        for start, p in zip(market.starts[::6], market.price, strict=True)
    ]
    return {"data": {"tradingDay": str(market.day), "referenceTradingPrices": rows}}, len(rows)


def _demand(market: Day) -> tuple[dict, int]:
    rows = [
        {
            "dispatchInterval": _stamp(start),
            "operationalDemand": float(demand),
            "operationalWithdrawal": float(demand),
            "asAtTimeStamp": _stamp(start + 2 * DAY),
        }
        for start, demand in zip(market.starts, market.demand, strict=True)
    ]
    return {"data": {"data": rows}}, len(rows)


def _half_hours(market: Day) -> list[tuple[int, datetime]]:
    return list(enumerate(market.starts[::6], 1))


def _scada_lines(market: Day) -> list[str]:
    lines = []
    for n, start in _half_hours(market):
        for code, energy in market.energy.items():
            five = energy[6 * (n - 1) : 6 * n]
            end = round(float(five[-1]) * 12, 3)
            lines.append(
                f'"{market.day}",{n},"{start}","SYNPART","{code}",{five.sum():.3f},{end:g},'
            )
    return lines


def _balancing_lines(market: Day) -> list[str]:
    lines = []
    for n, start in _half_hours(market):
        part = slice(6 * (n - 1), 6 * n)
        wind = sum(2 * market.energy[c][part].sum() for c in ("YANDIN_WF1", "MERSOLAR_PV1"))
        rest = 2 * sum(e[part].sum() for e in market.energy.values()) - wind
        asked = start - timedelta(minutes=38)
        lines.append(
            f'"{market.day}",{n},{start},{rest + wind:.3f},{asked},{rest:.3f},{wind:.3f},'
            f"{round(rest, 3) + round(wind, 3):.3f},{market.price[n - 1]:.2f},"
        )
    return lines


_SCADA_HEADER = (
    "Trading Date,Interval Number,Trading Interval,Participant Code,Facility Code,"
    "Energy Generated (MWh),EOI Quantity (MW),Extracted At"
)
_BALANCING_HEADER = (
    "Trading Date,Interval Number,Trading Interval,Load Forecast (MW),Forecast As At,"
    "Scheduled Generation (MW),Non-Scheduled Generation (MW),Total Generation (MW),"
    "Final Price ($/MWh),Extracted At"
)
# feed -> its product and what makes a day of it; before the reform lines of a month or a year
NEW = {
    "wem_facility_scada": (
        Product("facilityScada", "SCADA_{0:%Y-%m-%d}.json", "FacilityScada_{0:%Y%m%d}.zip"),
        _scada,
    ),
    "wem_reference_trading_price": (
        Product(
            "referenceTradingPrice",
            "ReferenceTradingPrice_{0:%Y-%m-%d}.json",
            "ReferenceTradingPrice_{0:%Y%m%d}.zip",
        ),
        _trading_price,
    ),
    "wem_operational_demand": (
        Product(
            "operationalDemandWithdrawal/dailyFiles",
            "OperationalDemandAndWithdrawal_{0:%Y-%m-%d}.json",
        ),
        _demand,
    ),
}
OLD = {
    "wem_facility_scada_history": (
        "facility-scada/facility-scada-{0:%Y-%m}.csv",
        _SCADA_HEADER,
        _scada_lines,
    ),
    "wem_balancing_summary": (
        "balancing-summary/balancing-summary-{0:%Y}.csv",
        _BALANCING_HEADER,
        _balancing_lines,
    ),
}
FEEDS = (*NEW, *OLD)


def write_days(ctx: Context, feeds: list[str], days: list[date]) -> None:
    """Write `feeds` of every trading day, in the files of the market that there was then.

    Files of a month or a year hold the days of this call. Nothing is corrected.
    """
    if ctx.revision > 1:
        return
    for day in (d for d in days if d >= REFORM):
        market = Day(ctx.seed, day)
        for feed in (f for f in feeds if f in NEW):
            product, make = NEW[feed]
            data, rows = make(market)
            product.write(ctx, feed, day, data, rows, day == days[-1])
    for feed in (f for f in feeds if f in OLD):
        _write_old(ctx, feed, [d for d in days if d < REFORM])


def _write_old(ctx: Context, feed: str, days: list[date]) -> None:
    name, header, lines_of = OLD[feed]
    files: dict[str, list[str]] = {}
    for day in days:
        files.setdefault(name.format(day), []).extend(lines_of(Day(ctx.seed, day)))
    for path, lines in files.items():
        published = utc(days[-1] + 5 * DAY, PERTH)
        # the first line says when the file was drawn
        lines[0] += f'"{days[-1] + 5 * DAY} 00:00:00"'
        text = "\n".join([header, *lines]) + "\n"
        ctx.write(feed, f"{_FILES}/{path}", text.encode(), len(lines), published)
