"""Market days on a network: what the ERCOT writers print, worked out by dispatch.

Each day is a function of (seed, market, day) alone. `NetworkDay` has the attributes of
`synthetic.ercot_market.Day`, and the truth behind them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from synthetic.clock import CENTRAL, Grid, grid
from synthetic.ercot_market import Constraint, sced_runs
from synthetic.network import ancillary, batteries, inputs, names, states
from synthetic.network.case import Case
from synthetic.network.dispatch import Result
from synthetic.network.factors import Pairs
from synthetic.network.limits import dispatch, intervals_of, limits
from synthetic.network.settings import MARKETS, Market, caps, case_of, network, watched
from synthetic.shapes import generator

ECRS_FROM = date(2023, 6, 10)


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
        return states.state(self.seed, self.settings, self.day)

    @cached_property
    def zone_truth(self) -> states.Actuals:
        """Load, available wind and sun, and thermal outage of zones at each five minutes."""
        return states.actuals(self.seed, self.settings, self.day)

    @cached_property
    def actual_load(self) -> np.ndarray:
        """Means, `[8, hours]`, MW, like the next two."""
        return states.hourly(self.zone_truth.load)

    @cached_property
    def actual_wind(self) -> np.ndarray:
        """What wind could produce, before curtailment."""
        return states.hourly(self.zone_truth.wind)

    @cached_property
    def actual_sun(self) -> np.ndarray:
        """What the sun could produce, before curtailment."""
        return states.hourly(self.zone_truth.sun)

    @cached_property
    def thermal_outage(self) -> np.ndarray:
        """Capacity of thermal units in forced outage at the start of each hour.

        The hour's posting, 87 seconds later, can tell no more than that.
        """
        return self.zone_truth.outage[:, ::12]

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
        net = self.expected.net_load
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
        return states.forecast(kind, self.seed, self.settings, issued_at, hours)

    def forecast_load(self, issued_at: np.datetime64, hours: int = 168) -> np.ndarray:
        return self.forecast("load", issued_at, hours)

    def forecast_wind(self, issued_at: np.datetime64, hours: int = 168) -> np.ndarray:
        return self.forecast("wind", issued_at, hours)

    def forecast_sun(self, issued_at: np.datetime64, hours: int = 168) -> np.ndarray:
        return self.forecast("sun", issued_at, hours)

    @cached_property
    def expected(self) -> states.Expected:
        """What the day-ahead market and the batteries go by."""
        return states.expected(self.seed, self.settings, self.day)

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
            demand, available = states.hourly(demand), states.hourly(available)
        per_hour = len(self.runs) // len(self.hours)
        demand = demand + np.repeat(self._battery_demand, per_hour, axis=1)
        return dispatch(self.settings, self.limit_mw, self.offers, intervals_of(available, demand))

    @cached_property
    def day_ahead(self) -> Result:
        """Dispatch of each hour by the forecasts of the day before."""
        ahead = self.expected
        intervals = intervals_of(ahead.available_mw, ahead.demand_mw + self._battery_demand)
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
        return np.round(sign[:, None] * self.pairs.flows_of(pair, result.flow_mw), 1) + 0.0

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
        """Price adder of each fifteen minutes: next to nothing unless reserves are scarce."""
        found, peak = self._units_in(self.real_time), self.case.load_mw.sum()
        reserves = ancillary.reserves(found, ancillary.online(found, peak))
        by_run = (*reserves, self.real_time.energy_price)
        return ancillary.adder(*(self._quarters(values) for values in by_run), peak)

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
        available = self.expected.available_mw if ahead else self.state.available_mw
        if not ahead and self.settings.run_minutes == 60:
            available = states.hourly(available)
        return ancillary.units(self.seed, self.market, self.case, self.offers, available, result)

    @cached_property
    def _dam_capacity(self) -> dict[str, ancillary.Cleared]:
        return self._capacity(self.day_ahead, self.dam_energy, self.day >= ECRS_FROM)

    def _capacity(self, result: Result, energy: np.ndarray, has_ecrs: bool):
        """Awards and prices by service of a result's intervals."""
        rows = self.pairs.rows(network(self.settings.network).ptdf, result.pair)
        rows = (result.sign[:, None] * rows)[:, self.case.unit_bus]
        price = energy - rows.T @ result.shadow_price
        found, peak = self._units_in(result), self.case.load_mw.sum()
        need = ancillary.requirements(peak, has_ecrs)
        return ancillary.clear(found, ancillary.online(found, peak), price, need)

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
