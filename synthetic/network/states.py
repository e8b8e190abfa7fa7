"""States of a market's days by zone: the truth, and forecasts of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from synthetic.clock import CENTRAL, grid
from synthetic.network import forecasts, inputs
from synthetic.network.noise import seconds
from synthetic.network.settings import Market, case_of

HOUR = np.timedelta64(3600, "s")
FUEL = {"wind": "wind", "sun": "solar"}


@dataclass(frozen=True, eq=False)
class Actuals:
    """The truth of a day by zone, `[8, fives]`, MW."""

    load: np.ndarray
    wind: np.ndarray
    sun: np.ndarray
    outage: np.ndarray


@lru_cache(maxsize=24)
def state(seed: int, market: Market, day: date) -> inputs.State:
    """The truth at each five minutes of a day."""
    return inputs.state(seed, market.name, case_of(market), grid(day, CENTRAL, 5).start)


@lru_cache(maxsize=24)
def actuals(seed: int, market: Market, day: date) -> Actuals:
    """Load, available wind and sun, and thermal capacity in forced outage."""
    case = case_of(market)
    now = state(seed, market, day)
    members = np.eye(len(inputs.ZONES))[case.zone].T
    return Actuals(
        load=members @ now.demand_mw,
        wind=inputs.by_zone(case, ("wind",), now.available_mw),
        sun=inputs.by_zone(case, ("solar",), now.available_mw),
        outage=inputs.by_zone(case, inputs.THERMAL, case.capacity_mw[:, None] * now.is_out),
    )


def hourly(values: np.ndarray) -> np.ndarray:
    """Means of hours, `[.., hours]`, of five-minute values, `[.., fives]`."""
    return values.reshape(*values.shape[:-1], -1, 12).mean(axis=-1)


def _truth_from(
    kind: str, seed: int, market: Market, first: np.datetime64, hours: int
) -> np.ndarray:
    """Hourly truth by zone from `first` (UTC) on, `[8, hours]`."""
    day = datetime.fromtimestamp(int(seconds(np.array([first]))[0]), ZoneInfo(CENTRAL)).date()
    skipped = int((first - grid(day, CENTRAL, 60).start[0]) // HOUR)
    parts, have = [], 0
    while have < skipped + hours:
        parts.append(hourly(getattr(actuals(seed, market, day), kind)))
        have += parts[-1].shape[1]
        day += timedelta(days=1)
    return np.concatenate(parts, axis=1)[:, skipped : skipped + hours]


def forecast(
    kind: str, seed: int, market: Market, issued_at: np.datetime64, hours: int
) -> np.ndarray:
    """Forecast of "load", "wind" or "sun" by zone, `[8, hours]`, MW.

    The first hour starts at the next full hour after that of `issued_at` (UTC).
    """
    first = issued_at.astype("datetime64[h]").astype("datetime64[s]") + HOUR
    truth = _truth_from(kind, seed, market, first, hours)
    case = case_of(market)
    zones = len(inputs.ZONES)
    capacity = inputs.zone_capacity(case, FUEL[kind]) if kind in FUEL else np.zeros(zones)
    stream = (seed, "network", market.name, "forecast", kind)
    error = forecasts.errors(stream, issued_at, hours, zones)
    return forecasts.forecast(kind, truth, capacity, error)


@dataclass(frozen=True, eq=False)
class Expected:
    """What the day-ahead market knows of a day.

    Attributes:
        net_load: load less wind and sun, `[hours]`, MW.
        demand_mw: `[N, hours]`.
        available_mw: what each unit is expected to be able to produce, `[U, hours]`.
    """

    net_load: np.ndarray
    demand_mw: np.ndarray
    available_mw: np.ndarray


@lru_cache(maxsize=8)
def expected(seed: int, market: Market, day: date) -> Expected:
    """Forecasts and outages as of ten o'clock the day before."""
    case = case_of(market)
    hours = grid(day, CENTRAL, 60)
    cleared = datetime.combine(day - timedelta(days=1), time(10), ZoneInfo(CENTRAL))
    cleared_at = np.datetime64(int(cleared.timestamp()), "s")
    skipped = int((hours.start[0] - cleared_at) // HOUR) - 1
    by_kind = {
        kind: forecast(kind, seed, market, cleared_at, skipped + len(hours))[:, skipped:]
        for kind in forecasts.SPREAD
    }
    is_out = inputs.outages(seed, market.name, case, np.array([cleared_at]))
    share = np.where(case.fuel == "hydro", inputs.HYDRO_SHARE, 1.0)[:, None] * ~is_out
    share = np.repeat(share, len(hours), axis=1)
    for kind, fuel in FUEL.items():
        units = case.fuel == fuel
        capacity = np.maximum(inputs.zone_capacity(case, fuel), 1e-9)
        share[units] = (by_kind[kind] / capacity[:, None])[case.zone[case.unit_bus[units]]]
    of_zone = np.bincount(case.zone, case.load_mw, len(inputs.ZONES))
    return Expected(
        net_load=(by_kind["load"] - by_kind["wind"] - by_kind["sun"]).sum(axis=0),
        demand_mw=(case.load_mw / of_zone[case.zone])[:, None] * by_kind["load"][case.zone],
        available_mw=case.capacity_mw[:, None] * share,
    )
