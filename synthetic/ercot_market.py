"""The ERCOT of the synthetic market: points, constraints, and prices that hang together.

A point's price is the energy price less the sum of its shift factors times the shadow prices of
the constraints, so the constraint files explain the price files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from synthetic import ercot_zones as zones
from synthetic.clock import CENTRAL, Grid, grid
from synthetic.shapes import energy_curve, generator, smooth_noise, sun_shape

CAP, FLOOR = 5000.0, -251.0
# Since then capacity clears in real time too, and a battery is one resource.
RTC_FROM = date(2025, 12, 5)
ZONE_TYPES = {"LZ": "LZEW", "LZ_DC": "LZ_DCEW"}
HUBS = ("HB_NORTH", "HB_SOUTH", "HB_HOUSTON", "HB_WEST")

# name -> settlement point type, in the order in which a small market takes them
_NAMED = {
    "HB_NORTH": "HU",
    "LZ_NORTH": "LZ",
    "HB_WEST": "HU",
    "LZ_WEST": "LZ",
    "HB_HOUSTON": "HU",
    "LZ_HOUSTON": "LZ",
    "HB_SOUTH": "HU",
    "LZ_SOUTH": "LZ",
    "HB_HUBAVG": "AH",
    "HB_BUSAVG": "SH",
    "DC_E": "LZ_DC",
    "HB_PAN": "HU",
}
_NODES = (("RN", "RN"), ("RN", "RN"), ("CC1", "PCCRN"), ("CC1_1", "LCCRN"), ("PUN1", "PUN"))
# Location types of the marts, by the type that ERCOT prints.
LOCATION_TYPES = {
    "HU": "HUB",
    "SH": "HUB",
    "AH": "HUB",
    "LZ": "ZONE",
    "LZ_DC": "INTERFACE",
    "LZEW": "ZONE_EW",
    "LZ_DCEW": "INTERFACE_EW",
}


@dataclass(frozen=True)
class Constraint:
    """A transmission limit; stations are blank for an interface."""

    name: str
    contingency: str
    limit_mw: float
    max_shadow_price: float
    from_station: str = ""
    to_station: str = ""
    from_kv: int = 0
    to_kv: int = 0
    competitive: bool = False


CONSTRAINTS = (
    Constraint("SYN_N_TO_H", "BASE CASE", 5468.0, 5251.0, competitive=True),
    Constraint("SYNW_EXP_1", "DSYNWE5", 1789.2, 4500.0, "SYNWEST", "SYNMID", 345, 345),
    Constraint("138_SYN_NAL_1", "SSYNOHR5", 389.2, 3500.0, "SYNALVIN", "SYNALV2", 138, 138),
    Constraint("SYNKENA_MATH1_1", "DSYNCED5", 38.0, 2800.0, "SYNKENA", "SYNMATHI", 69, 69),
    Constraint("SYNTS_FRTER_1B_1", "SSYNFRO8", 213.0, 3500.0, "SYNFRONT", "SYNMISSI", 138, 138),
)


@dataclass(frozen=True)
class Monitored:
    """What a market's files say of its constraints, arrays of shape (constraints, intervals).

    Attributes:
        shadow: shadow prices, zero where not binding.
        limit, flow: MW, as printed.
        number: the ID that a constraint has in that interval alone.
        listed: whether the interval lists the constraint.
    """

    shadow: np.ndarray
    limit: np.ndarray
    flow: np.ndarray
    number: np.ndarray
    listed: np.ndarray

    @property
    def excess(self) -> np.ndarray:
        """MW of the flow above the limit, negative below."""
        # both are printed with one decimal at most
        return np.round(self.flow - self.limit, 1)


@dataclass(frozen=True)
class Plants:
    """Generation that is no battery, as the disclosures show it: U units.

    Attributes:
        names, kinds: names and ERCOT's resource types.
        limit_mw, output_mw: what each can and does produce in each run of `sced_runs`, (U, runs).
        curve_mw, curve_price: points of the offer, (U, points).
        sold: places of the units that day-ahead files show; the rest is about these alone.
        point, price: settlement point, and its day-ahead price, (sold, hours).
        energy_mw, services: day-ahead awards, (sold, hours); services by product.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    limit_mw: np.ndarray
    output_mw: np.ndarray
    curve_mw: np.ndarray
    curve_price: np.ndarray
    sold: np.ndarray
    point: tuple[str, ...]
    price: np.ndarray
    energy_mw: np.ndarray
    services: dict[str, np.ndarray]


def points(count: int) -> dict[str, str]:
    """`count` settlement points, name -> type, sorted by name as in the files."""
    if count < 1:
        raise ValueError("ERCOT needs at least one settlement point")
    named = list(_NAMED)[: max(1, min(len(_NAMED), round(count * 0.6)))]
    chosen = {n: _NAMED[n] for n in named}
    for i in range(count - len(named)):
        suffix, kind = _NODES[i % len(_NODES)]
        chosen[f"SYN{i + 1:04d}_{suffix}"] = kind
    return dict(sorted(chosen.items()))


def shift_factors(seed: int, names: list[str]) -> np.ndarray:
    """Shift factor of every point on every constraint, shape (points, constraints)."""
    own = {}
    for name in {*names, *HUBS}:
        rng = generator(seed, "ERCOT", "shift factor", name)
        own[name] = np.clip(0.22 * rng.standard_normal(len(CONSTRAINTS)), -0.6, 0.6)
        if "WEST" in name or "PAN" in name:
            own[name][1] = 0.55 + 0.1 * rng.random()
    own["HB_HUBAVG"] = np.mean([own[h] for h in HUBS], axis=0)
    return np.array([own[n] for n in names])


@dataclass(frozen=True)
class Day:
    """One ERCOT market day: day-ahead by the hour, real time by five minutes."""

    seed: int
    day: date
    count: int

    @cached_property
    def hours(self) -> Grid:
        return grid(self.day, CENTRAL, 60)

    @cached_property
    def fives(self) -> Grid:
        return grid(self.day, CENTRAL, 5)

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        return CONSTRAINTS

    def sced_runs(self) -> tuple[np.ndarray, np.ndarray]:
        """Instants of the SCED runs (UTC), and the column of the dispatch that each shows."""
        return sced_runs(self.seed, self.fives)

    def next_run(self) -> np.datetime64:
        """Instant of the first run of the next day."""
        return sced_runs(self.seed, grid(self.day + timedelta(days=1), CENTRAL, 5))[0][0]

    @cached_property
    def points(self) -> dict[str, str]:
        return points(self.count)

    @cached_property
    def factors(self) -> np.ndarray:
        return shift_factors(self.seed, list(self.points))

    def _shadow(self, market: str, clock: Grid) -> np.ndarray:
        """Shadow prices, shape (constraints, intervals), zero where not binding."""
        out = np.zeros((len(CONSTRAINTS), len(clock)))
        sun = sun_shape(clock.hour_of_day, self.day, south=False)
        for k, c in enumerate(CONSTRAINTS):
            rng = generator(self.seed, "ERCOT", market, "shadow", c.name, self.day)
            wave = smooth_noise(rng, len(clock), len(clock) / 10)
            if k == 1:
                # exports from the west bind when the sun is high
                wave = 1.1 * wave + 2.2 * sun - 0.4
            price = 14.0 * np.clip(wave - 0.9, 0.0, None)
            out[k] = np.minimum(np.round(price, 5), c.max_shadow_price)
        return out

    @cached_property
    def dam_shadow(self) -> np.ndarray:
        return np.round(self._shadow("DAM", self.hours), 3)

    @cached_property
    def sced_shadow(self) -> np.ndarray:
        return self._shadow("RT", self.fives)

    def _flows(self, shadow: np.ndarray, rng: np.random.Generator, decimals: int):
        """Limits and flows of constraints: binding ones sit on their limit."""
        limit = np.array([c.limit_mw for c in CONSTRAINTS])[:, None] + np.zeros_like(shadow)
        top = np.array([c.max_shadow_price for c in CONSTRAINTS])[:, None]
        slack = np.round(limit * rng.uniform(0.01, 0.1, shadow.shape), decimals)
        over = np.where(shadow >= top, np.round(limit * 0.02, decimals), 0.0)
        return limit, np.round(np.where(shadow > 0, limit + over, limit - slack), decimals)

    @cached_property
    def dam_monitored(self) -> Monitored:
        """Constraints by hour: the binding ones are listed."""
        rng = generator(self.seed, "ercot_np4_191_cd", self.day)
        shadow = self.dam_shadow
        limit, flow = self._flows(shadow, rng, 0)
        # the number belongs to one run only: another order every day
        number = 1 + rng.permutation(len(CONSTRAINTS))[:, None] + np.zeros(shadow.shape, int)
        return Monitored(shadow, limit, flow, number, shadow > 0)

    @cached_property
    def sced_monitored(self) -> Monitored:
        """Constraints by run of `sced_runs`; those near their limit are listed now and then."""
        rng = generator(self.seed, "ercot_np6_86_cd", self.day)
        shadow = self.sced_shadow[:, self.sced_runs()[1]]
        limit, flow = self._flows(shadow, rng, 1)
        listed = (shadow > 0) | (rng.random(shadow.shape) < 0.08)
        which, run = np.indices(shadow.shape)
        return Monitored(shadow, limit, flow, 1 + (which + run) % len(CONSTRAINTS), listed)

    @cached_property
    def dam_energy(self) -> np.ndarray:
        return energy_curve(
            self.seed, "ERCOT:DAM", self.day, self.hours.hour_of_day + 0.5, cap=CAP, noise=0.6
        ).price

    @cached_property
    def _real_time(self):
        return energy_curve(
            self.seed, "ERCOT:RT", self.day, self.fives.hour_of_day, cap=CAP, floor=FLOOR, noise=3.0
        )

    @cached_property
    def dam_price(self) -> np.ndarray:
        """Day-ahead settlement point prices, (points, hours), cents."""
        return np.round(np.clip(self.dam_energy - self.factors @ self.dam_shadow, FLOOR, CAP), 2)

    @cached_property
    def system_lambda(self) -> tuple[np.ndarray, np.ndarray]:
        """SCED energy price before congestion on the five-minute grid: within the cap, and without.

        Five decimals.
        """
        return np.round(self._real_time.price, 5), np.round(self._real_time.uncapped, 5)

    @cached_property
    def sced_lmp(self) -> np.ndarray:
        """SCED prices on the five-minute grid, (points, intervals), not rounded."""
        return np.clip(self._real_time.price - self.factors @ self.sced_shadow, FLOOR, CAP)

    @cached_property
    def adder(self) -> np.ndarray:
        """Price adder of each fifteen minutes: nonzero in scarcity."""
        scarce = self._real_time.is_scarce.reshape(-1, 3).any(axis=1)
        return np.where(scarce, 0.08 * np.abs(self._real_time.price.reshape(-1, 3).mean(axis=1)), 0)

    @cached_property
    def rt_price(self) -> np.ndarray:
        """Fifteen-minute settlement point prices, (points, quarters), cents."""
        mean = self.sced_lmp.reshape(len(self.points), -1, 3).mean(axis=2)
        return np.round(np.clip(mean + self.adder, FLOOR, CAP), 2)

    @cached_property
    def capacity(self) -> dict[str, np.ndarray]:
        """Day-ahead clearing prices for capacity by service, cents; ECRS from 2023-06-10."""
        rng = generator(self.seed, "ERCOT", "capacity", self.day)
        tight = np.clip(self.dam_energy, 0.0, None)
        level = {"REGDN": 0.10, "REGUP": 0.22, "RRS": 0.18, "NSPIN": 0.08}
        if self.day >= date(2023, 6, 10):
            level["ECRS"] = 0.15
        return {
            name: np.round(0.3 + share * tight * rng.uniform(0.6, 1.4, len(tight)), 2)
            for name, share in level.items()
        }

    @cached_property
    def rt_capacity(self) -> dict[str, np.ndarray]:
        """Real-time clearing prices for capacity of each fifteen minutes by service, cents."""
        rng = generator(self.seed, "ERCOT", "real-time capacity", self.day)
        tight = np.clip(self._real_time.price.reshape(-1, 3).mean(axis=1), 0.0, None)
        level = {"ECRS": 0.12, "NSPIN": 0.05, "REGDN": 0.09, "REGUP": 0.20, "RRS": 0.15}
        return {
            name: np.round(0.01 + share * tight * rng.uniform(0.4, 1.6, len(tight)), 2)
            for name, share in level.items()
        }

    @cached_property
    def actual_load(self) -> np.ndarray:
        """Actual load of the eight weather zones, (8, hours), MW with two decimals."""
        return zones.load(self.seed, self.hours)

    @cached_property
    def actual_wind(self) -> np.ndarray:
        return zones.wind(self.seed, self.hours)

    @cached_property
    def actual_sun(self) -> np.ndarray:
        return zones.sun(self.seed, self.hours)

    @cached_property
    def thermal_outage(self) -> np.ndarray:
        """Thermal capacity out of service by weather zone, (8, hours), whole MW."""
        return zones.outage(self.seed, self.hours)

    @property
    def wind_output(self) -> np.ndarray:
        """What wind produced; nothing is curtailed here."""
        return self.actual_wind

    @property
    def sun_output(self) -> np.ndarray:
        return self.actual_sun

    @cached_property
    def plants(self) -> Plants:
        """One solar plant, which sells energy and no services, at the first resource node."""
        runs, hours = len(self.sced_runs()[0]), len(self.hours)
        node = list(self.points.values()).index("RN")
        none = np.full((1, hours), np.nan)
        return Plants(
            names=("SYN_SUN_UNIT1",),
            kinds=("PVGR",),
            limit_mw=np.full((1, runs), 80.0),
            output_mw=np.full((1, runs), 31.25),
            curve_mw=np.zeros((1, 0)),
            curve_price=np.zeros((1, 0)),
            sold=np.array([0]),
            point=(list(self.points)[node],),
            price=self.dam_price[[node]],
            energy_mw=np.full((1, hours), 12.5),
            services=dict.fromkeys(("REGUP", "REGDN", "RRSPFR", "RRSFFR", "ECRS", "NSPIN"), none),
        )

    def own_batteries(self, count: int) -> None:
        """None: what batteries there are is no part of this market."""

    def battery_states(self, count: int) -> None:
        """None, likewise."""

    @cached_property
    def _week(self) -> list[Day]:
        """This day and as many more as a forecast of its last hour needs."""
        return [Day(self.seed, self.day + timedelta(days=n), self.count) for n in range(9)]

    def _forecast(self, quantity: str, issued_at: np.datetime64) -> np.ndarray:
        """Forecast made in the hour before the day or in one of its own."""
        first = int((issued_at - self.hours.start[0]) // np.timedelta64(3600, "s")) + 1
        truth = np.hstack([getattr(d, f"actual_{quantity}") for d in self._week])
        truth = truth[:, first : first + zones.HORIZON]
        return zones.forecast(self.seed, quantity, issued_at, truth)

    def forecast_load(self, issued_at: np.datetime64) -> np.ndarray:
        """Load by zone as forecast at `issued_at` (UTC), (8, 168), from the next full hour on."""
        return self._forecast("load", issued_at)

    def forecast_wind(self, issued_at: np.datetime64) -> np.ndarray:
        return self._forecast("wind", issued_at)

    def forecast_sun(self, issued_at: np.datetime64) -> np.ndarray:
        return self._forecast("sun", issued_at)


def sced_runs(seed: int, clock: Grid) -> tuple[np.ndarray, np.ndarray]:
    """SCED run instants (UTC) and the five-minute interval that each belongs to.

    Runs come 10 to 25 s after the mark. About one in fifty has an extra run behind it, and one in
    a hundred and fifty is skipped.
    """
    rng = generator(seed, "ERCOT", "runs", clock.day)
    lag = rng.integers(10, 26, len(clock))
    kept = rng.random(len(clock)) >= 1 / 150
    extra = rng.random(len(clock)) < 1 / 50
    extra_lag = rng.integers(120, 240, len(clock))
    index = np.arange(len(clock))
    at = clock.start + lag.astype("timedelta64[s]")
    also = clock.start + extra_lag.astype("timedelta64[s]")
    instants = np.concatenate([at[kept], also[extra]])
    belongs = np.concatenate([index[kept], index[extra]])
    order = np.argsort(instants, kind="stable")
    return instants[order], belongs[order]
