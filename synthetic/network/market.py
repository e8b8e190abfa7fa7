"""Market days on a network: what the ERCOT writers print, worked out by dispatch.

Each day is a function of (seed, market, day) alone. `NetworkDay` has the attributes of
`synthetic.ercot_market.Day`, and the truth behind them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property, lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from synthetic.clock import CENTRAL, Grid, grid
from synthetic.ercot_market import Constraint, sced_runs
from synthetic.network import ancillary, batteries, forecasts, inputs, names
from synthetic.network.case import Case, load_case
from synthetic.network.dispatch import Dispatcher, Interval, Result, pair_flows
from synthetic.network.factors import Grid as Network
from synthetic.network.factors import Pairs, pairs
from synthetic.network.noise import seconds
from synthetic.shapes import generator

# A branch is watched under outages of whose flow it takes at least this share.
LEAST_SHARE = 0.02
# A limit that cannot be kept in the hours that are tried becomes this much of the flow.
RELIEF = 1.05
HOUR = np.timedelta64(3600, "s")


@dataclass(frozen=True)
class Market:
    """A network with its settings.

    Attributes:
        cut: ratings are cut at random by up to this share.
        least_kv: outages of branches from this voltage on are watched.
        run_minutes: time between dispatch runs, 5 or 60.
        batteries, largest_battery_mw: how many there are, and their greatest power.
        load_scale: load as a multiple of the case's.
    """

    name: str
    network: str
    cut: float
    least_kv: float
    run_minutes: int
    batteries: int
    largest_battery_mw: float
    load_scale: float = 1.0


MARKETS = {
    m.name: m
    for m in (
        Market("small", "activsg200", 0.5, 0.0, 5, 8, 12.0, 1.4),
        Market("ci", "activsg2000", 0.15, 230.0, 5, 40, 150.0),
        Market("year", "activsg2000", 0.30, 0.0, 60, 40, 150.0),
    )
}


@cache
def case_of(market: Market) -> Case:
    """The network with the market's load."""
    case = load_case(market.network)
    return replace(case, load_mw=market.load_scale * case.load_mw)


@cache
def network(name: str) -> Network:
    """The linear network of a case, its reference weighted by load."""
    case = load_case(name)
    weights = case.load_mw / case.load_mw.sum()
    return Network(case.from_bus, case.to_bus, case.susceptance, weights)


@cache
def watched(name: str, least_kv: float) -> Pairs:
    """What is watched in a network."""
    case = load_case(name)
    outages = case.outages[case.branch_kv[case.outages] >= least_kv]
    return pairs(network(name), outages, LEAST_SHARE)


@cache
def caps(name: str, least_kv: float) -> np.ndarray:
    """Greatest shadow price of each pair, `[P]`, $/MWh.

    Without outage 5,251; under one by voltage, as in ERCOT.
    """
    found = watched(name, least_kv)
    kv = load_case(name).branch_kv[found.branch]
    by_voltage = np.select([kv >= 200, kv >= 100], [4500.0, 3500.0], 2800.0)
    return np.where(found.outage < 0, 5251.0, by_voltage)


def dispatch(
    market: Market, limit_mw: np.ndarray, price: np.ndarray, intervals: list[Interval]
) -> Result:
    """Dispatch intervals of one market with the limits of its pairs and the steps' prices."""
    where = market.network, market.least_kv
    case = load_case(market.network)
    program = Dispatcher(
        network(market.network), watched(*where), limit_mw, caps(*where), case.unit_bus, price
    )
    return program.run(intervals)


def intervals_of(available_mw: np.ndarray, demand_mw: np.ndarray) -> list[Interval]:
    """Intervals of `[U, T]` and `[N, T]`."""
    return [
        Interval(available[:, None] * inputs.STEPS, demand)
        for available, demand in zip(available_mw.T, demand_mw.T, strict=True)
    ]


@lru_cache(maxsize=32)
def limits(seed: int, market: Market, block: int) -> np.ndarray:
    """Limit of each pair in a block of four weeks, `[P]`, MW.

    Before a block every other hour of it is dispatched, without batteries; limits that cannot be
    kept there are raised.
    """
    case = case_of(market)
    found = watched(market.network, market.least_kv)
    rating = inputs.ratings(seed, market.name, case, block, market.cut)
    limit = rating[found.branch].copy()
    days = inputs.block_days(block)
    price = inputs.offers(seed, market.name, case, days[0])
    for day in days:
        at = grid(day, CENTRAL, 60).start[::2] + HOUR // 2
        truth = inputs.state(seed, market.name, case, at)
        tried = intervals_of(truth.available_mw, truth.demand_mw)
        while tried:
            result = dispatch(market, limit, price, tried)
            is_over = result.slack_mw > 0
            tried = [i for i, needs in zip(tried, is_over.any(axis=0), strict=True) if needs]
            over = result.pair[is_over.any(axis=1)]
            reached = np.abs(pair_flows(found, over, result.flow_mw)).max(axis=1)
            limit[over] = np.ceil(np.maximum(limit[over], RELIEF * reached) * 10) / 10
    return limit


@dataclass(frozen=True, eq=False)
class Actuals:
    """The truth of a day by zone, `[8, fives]`, MW."""

    load: np.ndarray
    wind: np.ndarray
    sun: np.ndarray
    outage: np.ndarray


@lru_cache(maxsize=24)
def _state(seed: int, market: Market, day: date) -> inputs.State:
    case = case_of(market)
    return inputs.state(seed, market.name, case, grid(day, CENTRAL, 5).start)


@lru_cache(maxsize=24)
def actuals(seed: int, market: Market, day: date) -> Actuals:
    """Load, available wind and sun, and thermal capacity in forced outage."""
    case = case_of(market)
    state = _state(seed, market, day)
    members = np.eye(len(inputs.ZONES))[case.zone].T
    return Actuals(
        load=members @ state.demand_mw,
        wind=inputs.by_zone(case, ("wind",), state.available_mw),
        sun=inputs.by_zone(case, ("solar",), state.available_mw),
        outage=inputs.by_zone(case, inputs.THERMAL, case.capacity_mw[:, None] * state.is_out),
    )


def hourly(values: np.ndarray) -> np.ndarray:
    """Means of hours, `[.., hours]`, of five-minute values, `[.., fives]`."""
    return values.reshape(*values.shape[:-1], -1, 12).mean(axis=-1)


@dataclass(frozen=True)
class NetworkDay:
    """One market day: day-ahead by the hour, real time by `MARKETS[market].run_minutes`.

    `count` is how many settlement points there are at most. Zones are in the order of
    `synthetic.network.case.ZONES`; U units, N buses, B batteries.
    """

    seed: int
    day: date
    count: int
    market: str = "small"

    # Clocks and names

    @cached_property
    def settings(self) -> Market:
        if self.market not in MARKETS:
            raise ValueError(f"no market {self.market!r}: use one of {', '.join(MARKETS)}")
        return MARKETS[self.market]

    @cached_property
    def case(self) -> Case:
        return case_of(self.settings)

    @cached_property
    def hours(self) -> Grid:
        return grid(self.day, CENTRAL, 60)

    @cached_property
    def fives(self) -> Grid:
        return grid(self.day, CENTRAL, 5)

    @cached_property
    def runs(self) -> Grid:
        """The intervals of dispatch in real time: `fives` or `hours`."""
        return grid(self.day, CENTRAL, self.settings.run_minutes)

    def sced_runs(self) -> tuple[np.ndarray, np.ndarray]:
        """Instants of runs (UTC) and the interval of `runs` that each belongs to."""
        if self.settings.run_minutes == 5:
            return sced_runs(self.seed, self.fives)
        rng = generator(self.seed, "network", self.market, "runs", self.day)
        lag = rng.integers(10, 26, len(self.runs)).astype("timedelta64[s]")
        return self.runs.start + lag, np.arange(len(self.runs))

    @cached_property
    def _points(self) -> names.Points:
        return names.points(self.settings.network, self.count)

    @property
    def unit_names(self) -> tuple[str, ...]:
        return names.units(self.settings.network)

    @property
    def points(self) -> dict[str, str]:
        """Name -> settlement point type."""
        return self._points.types

    # The truth

    @cached_property
    def state(self) -> inputs.State:
        """Demand of buses and available output of units at each five minutes."""
        return _state(self.seed, self.settings, self.day)

    @cached_property
    def zone_truth(self) -> Actuals:
        """Load, available wind and sun, and thermal outage of zones at each five minutes."""
        return actuals(self.seed, self.settings, self.day)

    @cached_property
    def actual_load(self) -> np.ndarray:
        """`[8, hours]`, MW, like the next three."""
        return hourly(self.zone_truth.load)

    @cached_property
    def actual_wind(self) -> np.ndarray:
        """What wind could produce, before curtailment."""
        return hourly(self.zone_truth.wind)

    @cached_property
    def actual_sun(self) -> np.ndarray:
        """What the sun could produce, before curtailment."""
        return hourly(self.zone_truth.sun)

    @cached_property
    def thermal_outage(self) -> np.ndarray:
        """Capacity of thermal units in forced outage."""
        return hourly(self.zone_truth.outage)

    @cached_property
    def zone_load(self) -> np.ndarray:
        """Actual load of the eight weather zones, (8, hours), MW with two decimals."""
        return np.round(self.actual_load, 2)

    @cached_property
    def offers(self) -> np.ndarray:
        """Price of each step of each unit, `[U, 3]`, $/MWh.

        The steps are `inputs.STEPS` of the available output.
        """
        return inputs.offers(self.seed, self.market, self.case, self.day)

    @cached_property
    def batteries(self) -> batteries.Batteries:
        s = self.settings
        return batteries.roster(self.seed, s.name, self.case, s.batteries, s.largest_battery_mw)

    @cached_property
    def battery_names(self) -> tuple[str, ...]:
        stations = (names.station(self.case.bus_names[b]) for b in self.batteries.bus)
        return tuple(f"{station}_BES{n}" for n, station in enumerate(stations, 1))

    @cached_property
    def battery_points(self) -> tuple[str, ...]:
        """Resource node of each battery; `points` may lack it where `count` is small."""
        return tuple(names.node(self.case.bus_names[b]) for b in self.batteries.bus)

    @cached_property
    def battery_hours(self) -> np.ndarray:
        """Output of batteries, `[B, hours]`, MW, discharge positive, held for the hour."""
        net = sum(sign * self._day_ahead[kind].sum(axis=0) for kind, sign in _NET_LOAD)
        return batteries.schedule(self.seed, self.market, self.batteries, net, self.day)

    @cached_property
    def battery_output(self) -> np.ndarray:
        """`[B, runs]`, MW, held from run to run."""
        return np.repeat(self.battery_hours, len(self.runs) // len(self.hours), axis=1)

    @cached_property
    def battery_soc(self) -> np.ndarray:
        """Stored energy at the start of each run and at the end of the day, `[B, runs + 1]`."""
        return batteries.stored(self.batteries, self.battery_output, self.settings.run_minutes / 60)

    @cached_property
    def _battery_demand(self) -> np.ndarray:
        """What batteries take at each bus, `[N, hours]`, MW."""
        at = np.zeros((len(self.case.kv), len(self.hours)))
        np.add.at(at, self.batteries.bus, -self.battery_hours)
        return at

    # Forecasts

    def forecast(self, kind: str, issued_at: np.datetime64, hours: int = 168) -> np.ndarray:
        """Forecast of "load", "wind" or "sun" by zone, `[8, hours]`, MW.

        issued_at: UTC. The first hour is the next that starts at or after the full hour of
        `issued_at` plus one: a forecast issued at 10:20 starts with 11:00 to 12:00.
        """
        first = issued_at.astype("datetime64[h]").astype("datetime64[s]") + HOUR
        truth = _truth_from(kind, self.seed, self.settings, first, hours)
        fuel = {"wind": "wind", "sun": "solar"}.get(kind)
        capacity = inputs.zone_capacity(self.case, fuel) if fuel else np.zeros(len(inputs.ZONES))
        stream = (self.seed, "network", self.market, "forecast", kind)
        error = forecasts.errors(stream, issued_at, hours, len(inputs.ZONES))
        return forecasts.forecast(kind, truth, capacity, error)

    def forecast_load(self, issued_at: np.datetime64, hours: int = 168) -> np.ndarray:
        return self.forecast("load", issued_at, hours)

    def forecast_wind(self, issued_at: np.datetime64, hours: int = 168) -> np.ndarray:
        return self.forecast("wind", issued_at, hours)

    def forecast_sun(self, issued_at: np.datetime64, hours: int = 168) -> np.ndarray:
        return self.forecast("sun", issued_at, hours)

    @cached_property
    def _cleared_at(self) -> np.datetime64:
        """The day-ahead market knows what was known at ten o'clock the day before."""
        at = datetime.combine(self.day - timedelta(days=1), time(10), ZoneInfo(CENTRAL))
        return np.datetime64(int(at.timestamp()), "s")

    @cached_property
    def _day_ahead(self) -> dict[str, np.ndarray]:
        """Forecasts of the day's hours that the day-ahead market uses, `[8, hours]`."""
        skipped = int((self.hours.start[0] - self._cleared_at) // HOUR) - 1
        ends = skipped + len(self.hours)
        return {
            kind: self.forecast(kind, self._cleared_at, ends)[:, skipped:]
            for kind in ("load", "wind", "sun")
        }

    # Dispatch

    @cached_property
    def pairs(self) -> Pairs:
        """What is watched; `limit_mw` goes with it."""
        return watched(self.settings.network, self.settings.least_kv)

    @cached_property
    def limit_mw(self) -> np.ndarray:
        """Limit of each pair, `[pairs]`, MW with one decimal."""
        return limits(self.seed, self.settings, inputs.rating_block(self.day))

    @cached_property
    def real_time(self) -> Result:
        """Dispatch of each run."""
        demand, available = self.state.demand_mw, self.state.available_mw
        if self.settings.run_minutes == 60:
            demand, available = hourly(demand), hourly(available)
        per_hour = len(self.runs) // len(self.hours)
        demand = demand + np.repeat(self._battery_demand, per_hour, axis=1)
        return dispatch(self.settings, self.limit_mw, self.offers, intervals_of(available, demand))

    @cached_property
    def _expected(self) -> tuple[np.ndarray, np.ndarray]:
        """Available output of units and demand of buses, day ahead."""
        case, expected = self.case, self._day_ahead
        at = np.array([self._cleared_at])
        is_out = inputs.outages(self.seed, self.market, case, at)
        share = np.where(case.fuel == "hydro", inputs.HYDRO_SHARE, 1.0)[:, None] * ~is_out
        share = np.repeat(share, len(self.hours), axis=1)
        for kind, fuel in (("wind", "wind"), ("sun", "solar")):
            units = case.fuel == fuel
            capacity = np.maximum(inputs.zone_capacity(case, fuel), 1e-9)
            share[units] = (expected[kind] / capacity[:, None])[case.zone[case.unit_bus[units]]]
        of_zone = np.bincount(case.zone, case.load_mw, len(inputs.ZONES))
        demand = (case.load_mw / of_zone[case.zone])[:, None] * expected["load"][case.zone]
        return case.capacity_mw[:, None] * share, demand

    @cached_property
    def day_ahead(self) -> Result:
        """Dispatch of each hour by the forecasts of the day before."""
        available, demand = self._expected
        intervals = intervals_of(available, demand + self._battery_demand)
        return dispatch(self.settings, self.limit_mw, self.offers, intervals)

    @property
    def unit_output(self) -> np.ndarray:
        """`[U, runs]`, MW."""
        return self.real_time.output_mw

    # Constraints

    @cached_property
    def _binding(self) -> tuple[np.ndarray, np.ndarray]:
        """Pair and sign of what binds on the day, in either market, at a published price."""
        found = set()
        for result in (self.real_time, self.day_ahead):
            binds = np.round(result.shadow_price, 2).max(axis=1, initial=0) > 0
            both = zip(result.pair[binds].tolist(), result.sign[binds].tolist(), strict=True)
            found.update(both)
        keys = np.array(sorted(found), int).reshape(-1, 2)
        return keys[:, 0], keys[:, 1]

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """What binds on the day, in either market; one per direction."""
        where = self.settings.network
        cap = caps(where, self.settings.least_kv)
        out = []
        for pair, sign in zip(*self._binding, strict=True):
            ends = names.branches(where)[int(sign)][int(self.pairs.branch[pair])]
            out.append(
                Constraint(
                    ends.name,
                    names.outage(where, int(self.pairs.outage[pair])),
                    float(self.limit_mw[pair]),
                    float(cap[pair]),
                    ends.from_station,
                    ends.to_station,
                    ends.from_kv,
                    ends.to_kv,
                    competitive=ends.from_kv >= 200,
                )
            )
        return tuple(out)

    @cached_property
    def bus_factors(self) -> np.ndarray:
        """Shift factor of every bus on every constraint, `[K, N]`: of its own direction."""
        pair, sign = self._binding
        return sign[:, None] * self.pairs.rows(network(self.settings.network).ptdf, pair)

    @cached_property
    def factors(self) -> np.ndarray:
        """Shift factor of every point on every constraint, (points, constraints)."""
        return self._points.weights @ self.bus_factors.T

    def _shadow(self, result: Result) -> np.ndarray:
        keys = zip(result.pair.tolist(), result.sign.tolist(), strict=True)
        row_of = dict(zip(keys, np.round(result.shadow_price, 2), strict=True))
        none = np.zeros(len(result.energy_price))
        both = zip(*(part.tolist() for part in self._binding), strict=True)
        return np.array([row_of.get(key, none) for key in both]).reshape(-1, len(none))

    def _flow(self, result: Result) -> np.ndarray:
        pair, sign = self._binding
        return np.round(sign[:, None] * pair_flows(self.pairs, pair, result.flow_mw), 1) + 0.0

    @cached_property
    def dam_shadow(self) -> np.ndarray:
        """(constraints, hours), $/MWh, cents; zero where not binding."""
        return self._shadow(self.day_ahead)

    @cached_property
    def sced_shadow(self) -> np.ndarray:
        """(constraints, runs), $/MWh, cents; zero where not binding."""
        return self._shadow(self.real_time)

    @cached_property
    def dam_flow(self) -> np.ndarray:
        """Flow after the contingency in the constraint's direction, (constraints, hours), MW."""
        return self._flow(self.day_ahead)

    @cached_property
    def sced_flow(self) -> np.ndarray:
        """As `dam_flow`, (constraints, runs)."""
        return self._flow(self.real_time)

    @cached_property
    def dam_limit(self) -> np.ndarray:
        """(constraints, hours), MW."""
        limit = self.limit_mw[self._binding[0]]
        return np.repeat(limit[:, None], len(self.hours), axis=1)

    @cached_property
    def sced_limit(self) -> np.ndarray:
        """(constraints, runs), MW."""
        limit = self.limit_mw[self._binding[0]]
        return np.repeat(limit[:, None], len(self.runs), axis=1)

    # Prices

    @cached_property
    def dam_energy(self) -> np.ndarray:
        """Day-ahead price of energy before congestion, (hours), five decimals."""
        return np.round(self.day_ahead.energy_price, 5)

    @cached_property
    def dam_price(self) -> np.ndarray:
        """Day-ahead settlement point prices, (points, hours), cents."""
        return np.round(self.dam_energy - self.factors @ self.dam_shadow, 2)

    @cached_property
    def system_lambda(self) -> tuple[np.ndarray, np.ndarray]:
        """SCED price of energy before congestion, (runs): within the cap, and without.

        Five decimals. Both are the same: load is shed at the cap.
        """
        price = np.round(self.real_time.energy_price, 5)
        return price, price

    @cached_property
    def sced_lmp(self) -> np.ndarray:
        """SCED prices, (points, runs), not rounded: they follow from what is published."""
        return self.system_lambda[0] - self.factors @ self.sced_shadow

    @cached_property
    def adder(self) -> np.ndarray:
        """Price adder of each fifteen minutes: nonzero in scarcity."""
        headroom = self._quarters(ancillary.online_headroom(self._units_in(self.real_time)))
        price = self._quarters(self.real_time.energy_price)
        return ancillary.adder(headroom, price, self.case.load_mw.sum())

    @cached_property
    def rt_price(self) -> np.ndarray:
        """Fifteen-minute settlement point prices, (points, quarters), cents."""
        return np.round(self._quarters(self.sced_lmp) + self.adder, 2)

    def _quarters(self, values: np.ndarray) -> np.ndarray:
        """Means of quarter hours of values by run."""
        if self.settings.run_minutes == 60:
            return np.repeat(values, 4, axis=-1)
        return values.reshape(*values.shape[:-1], -1, 3).mean(axis=-1)

    # Capacity

    def _units_in(self, result: Result) -> ancillary.Units:
        ahead = result is self.day_ahead
        available = self._expected[0] if ahead else self.state.available_mw
        if not ahead and self.settings.run_minutes == 60:
            available = hourly(available)
        return ancillary.units(self.seed, self.market, self.case, self.offers, available, result)

    @cached_property
    def _dam_capacity(self) -> dict[str, ancillary.Cleared]:
        return self._capacity(self.day_ahead, self.dam_energy, self.day >= ECRS_FROM)

    def _capacity(self, result: Result, energy: np.ndarray, has_ecrs: bool):
        """Awards and prices by service of a result's intervals."""
        rows = self.pairs.rows(network(self.settings.network).ptdf, result.pair)
        rows = (result.sign[:, None] * rows)[:, self.case.unit_bus]
        price = energy - rows.T @ result.shadow_price
        need = ancillary.requirements(self.case.load_mw.sum(), has_ecrs)
        return ancillary.clear(self._units_in(result), price, need)

    @cached_property
    def capacity(self) -> dict[str, np.ndarray]:
        """Day-ahead clearing prices for capacity by service, cents; ECRS from 2023-06-10."""
        return {name: c.price for name, c in self._dam_capacity.items()}

    @cached_property
    def capacity_awards(self) -> dict[str, np.ndarray]:
        """Day-ahead awards of units by service, `[U, hours]`, MW."""
        return {name: c.award_mw for name, c in self._dam_capacity.items()}

    @cached_property
    def rt_capacity(self) -> dict[str, np.ndarray]:
        """Real-time clearing prices for capacity of each fifteen minutes by service, cents."""
        cleared = self._capacity(self.real_time, self.system_lambda[0], True)
        return {n: np.round(self._quarters(cleared[n].price), 2) for n in sorted(cleared)}


ECRS_FROM = date(2023, 6, 10)
_NET_LOAD = (("load", 1), ("wind", -1), ("sun", -1))


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
