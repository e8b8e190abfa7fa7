"""What happens to a network: load, wind, sun, outages, offers and ratings, from seed and instant.

The loads of 2016 serve for every year, by month and day on the market's own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from synthetic.clock import CENTRAL, local_of
from synthetic.network.case import ZONES, Case, load_case, zone_loads
from synthetic.network.noise import seconds, smooth
from synthetic.shapes import generator, sun_shape

THERMAL = ("coal", "ng", "nuclear")
STEPS = np.array([0.6, 0.25, 0.15])  # of a unit's available output
_MARK_UP = np.array([1.0, 1.12, 1.5])
# Transformers of units have an end below this and keep their ratings.
GRID_KV = 100.0
HYDRO_SHARE = 0.6  # of the capacity for which there is water
OUTAGE_HOURS, OUTAGE_MEAN_HOURS, OUTAGE_CHANCE = 96, 40.0, 0.12
RATING_DAYS = 28


@dataclass(frozen=True, eq=False)
class State:
    """The truth at T instants.

    Attributes:
        demand_mw: `[N, T]`.
        available_mw: what each unit could produce, `[U, T]`.
        is_out: units in forced outage, `[U, T]`.
    """

    demand_mw: np.ndarray
    available_mw: np.ndarray
    is_out: np.ndarray


def zone_capacity(case: Case, fuel: str) -> np.ndarray:
    """Capacity of the units of `fuel` in each zone, `[8]`, MW."""
    units = case.fuel == fuel
    zone = case.zone[case.unit_bus[units]]
    return np.bincount(zone, case.capacity_mw[units], len(ZONES))


def by_zone(case: Case, fuel: tuple[str, ...], unit_mw: np.ndarray) -> np.ndarray:
    """Sums over the units of some fuels, `[8, T]`, of `[U, T]`."""
    is_in = np.zeros((len(ZONES), len(case.fuel)))
    is_in[case.zone[case.unit_bus], np.arange(len(case.fuel))] = np.isin(case.fuel, fuel)
    return is_in @ unit_mw


def expected_load(case: Case, at: np.ndarray) -> np.ndarray:
    """Load of each zone without noise, `[8, T]`, MW: hourly means joined by straight lines."""
    local, _ = local_of(at, CENTRAL)
    # in half hours from the middle of the hour before to that of the hour after
    from_middle = local - np.timedelta64(1800, "s")
    before = from_middle.astype("datetime64[h]")
    share = (from_middle - before).astype(float) / 3600
    shape = zone_loads()

    def hourly(hour: np.ndarray) -> np.ndarray:
        day = hour.astype("datetime64[D]")
        year = day.astype("datetime64[Y]")
        of_year = (day - year.astype("datetime64[D]")).astype(int)
        is_leap = ((year + 1).astype("datetime64[D]") - year.astype("datetime64[D]")).astype(
            int
        ) == 366
        of_2016 = of_year + (~is_leap & (of_year >= 59))
        return shape[:, of_2016, (hour - day).astype(int)]

    load = hourly(before) * (1 - share) + hourly(before + np.timedelta64(1, "h")) * share
    whole = load_case("activsg2000")
    base = [np.bincount(c.zone, c.load_mw, len(ZONES)) for c in (case, whole)]
    return load * (base[0] / base[1])[:, None]


def state(seed: int, market: str, case: Case, at: np.ndarray) -> State:
    """The truth at the instants `at` (UTC)."""
    stream = (seed, "network", market)
    zones = len(ZONES)
    zone_load = expected_load(case, at) * np.exp(
        0.02 * smooth((*stream, "load"), at, 24, zones)
        + 0.008 * smooth((*stream, "load"), at, 2, zones)
    )
    own = np.exp(0.05 * smooth((*stream, "bus"), at, 2, len(case.load_mw)))
    zone_of_case = np.bincount(case.zone, case.load_mw, zones)
    demand = (case.load_mw / zone_of_case[case.zone])[:, None] * zone_load[case.zone] * own

    is_out = outages(seed, market, case, at)
    share = np.where(case.fuel == "hydro", HYDRO_SHARE, 1.0)[:, None] * ~is_out
    for fuel, of_fuel in (("wind", wind_share), ("solar", sun_share)):
        units = case.fuel == fuel
        share[units] = of_fuel(stream, case.zone[case.unit_bus[units]], at)
    return State(demand, case.capacity_mw[:, None] * share, is_out)


def wind_share(stream: tuple[object, ...], zone: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Share of the capacity of wind units in `zone`, `[len(zone), T]`."""
    hour = _clock_hour(at)
    fronts = smooth((*stream, "wind"), at, 18, 1)
    zones = 0.75 * fronts + 0.55 * smooth((*stream, "wind zone"), at, 8, len(ZONES))
    zones += 0.37 * smooth((*stream, "wind zone"), at, 1, len(ZONES))
    unit = smooth((*stream, "wind unit"), at, 1, len(zone))
    night = 0.4 * np.cos(2 * np.pi * (hour - 2) / 24)
    return 1 / (1 + np.exp(0.7 - 1.3 * zones[zone] - night - 0.3 * unit))


def sun_share(stream: tuple[object, ...], zone: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Share of the capacity of solar units in `zone`, `[len(zone), T]`."""
    hour = _clock_hour(at)
    days, which = np.unique(local_of(at, CENTRAL)[0].astype("datetime64[D]"), return_inverse=True)
    clear = np.zeros(len(hour))
    for i, day in enumerate(days):
        clear[which == i] = sun_shape(hour[which == i], day.item(), south=False)
    clouds = 1.3 * smooth((*stream, "sun zone"), at, 6, len(ZONES))[zone]
    clouds += 0.6 * smooth((*stream, "sun unit"), at, 0.5, len(zone))
    return clear / (1 + np.exp(-2.0 - clouds))


def _clock_hour(at: np.ndarray) -> np.ndarray:
    local, _ = local_of(at, CENTRAL)
    return (local - local.astype("datetime64[D]")).astype(float) / 3600


def outages(seed: int, market: str, case: Case, at: np.ndarray) -> np.ndarray:
    """Thermal units in forced outage, `[U, T]`: about one in twenty, for hours to days."""
    hour = seconds(at) / 3600
    window = np.floor(hour / OUTAGE_HOURS).astype(int)
    out = np.zeros((len(case.fuel), len(hour)), bool)
    for number in np.unique([window - 1, window]).tolist():
        rng = generator(seed, "network", market, "outage", number)
        falls = rng.random(len(case.fuel)) < OUTAGE_CHANCE
        start = (number + rng.random(len(case.fuel))) * OUTAGE_HOURS
        length = np.minimum(rng.exponential(OUTAGE_MEAN_HOURS, len(case.fuel)), OUTAGE_HOURS)
        since = hour - start[:, None]
        out |= falls[:, None] & (since >= 0) & (since < length[:, None])
    return out & np.isin(case.fuel, THERMAL)[:, None]


def offers(seed: int, market: str, case: Case, day: date) -> np.ndarray:
    """Price of each step of each unit on a day, `[U, 3]`, $/MWh in cents, rising."""
    middle = np.cumsum(STEPS) - STEPS / 2
    cost = case.cost_linear[:, None] + 2 * case.cost_quadratic[:, None] * np.outer(
        case.capacity_mw, middle
    )
    noon = np.array([np.datetime64(day, "s") + np.timedelta64(18, "h")])
    gas = 1.5 * np.exp(0.2 * smooth((seed, "network", market, "gas price"), noon, 480, 1).item())
    rng = generator(seed, "network", market, "offers")
    own = rng.random((2, len(case.fuel), 1))
    price = cost * _MARK_UP * (1 + 0.3 * (own[0] - 0.5))
    # peakers want much for their last step
    price = np.where((case.fuel == "ng")[:, None], price * gas, price)
    price[:, 2] += np.where((case.fuel == "ng") & (own[1, :, 0] < 0.25), 60 * own[0, :, 0], 0)
    for fuel, low, high in (("wind", -15.0, -1.0), ("solar", -5.0, 0.0), ("hydro", 12.0, 30.0)):
        units = case.fuel == fuel
        price[units] = low + (high - low) * own[0, units] + np.array([0.0, 0.2, 0.5])
    return np.round(np.maximum.accumulate(price, axis=1), 2)


def rating_block(day: date) -> int:
    """Ratings hold for four weeks; number of the block that `day` lies in."""
    return day.toordinal() // RATING_DAYS


def block_days(block: int) -> list[date]:
    first = date.fromordinal(block * RATING_DAYS)
    return [first + timedelta(days=n) for n in range(RATING_DAYS)]


def ratings(seed: int, market: str, case: Case, block: int, cut: float) -> np.ndarray:
    """Limit of each branch in a block, `[L]`, MW: at random up to `cut` below its own."""
    rng = generator(seed, "network", market, "ratings", block)
    share = np.where(case.branch_kv >= GRID_KV, cut, 0.0) * rng.random(len(case.limit_mw))
    return np.round(case.limit_mw * (1 - share), 1)
