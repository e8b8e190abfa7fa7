"""The batteries of the synthetic ERCOT: what they are, were awarded, did, and earned.

The revenue here is worked out from the market's own arrays, with the rules of settlement and none
of the warehouse's models, so that the models can be compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from synthetic.clock import CENTRAL, utc
from synthetic.ercot_market import RTC_FROM, Day
from synthetic.shapes import generator

# No disclosure of earlier days is written: the layouts from before this service are not simulated.
BATTERIES_FROM = date(2023, 6, 10)
# The day-ahead disclosure of the first day of the single model has no batteries at all.
SINGLE_MODEL_DAM_FROM = date(2025, 12, 6)
# Products of a day-ahead award, with the service whose price they clear at.
PRODUCTS = {
    "REGUP": "REGUP",
    "REGDN": "REGDN",
    "RRSPFR": "RRS",
    "RRSFFR": "RRS",
    "ECRS": "ECRS",
    "NSPIN": "NSPIN",
}
SERVICES = ("REGUP", "REGDN", "RRS", "ECRS", "NSPIN")


@dataclass(frozen=True)
class Site:
    """Batteries of one site: suffixes of the two names of each, and how they can be told to pair.

    `neighbours` are loads of the site that are no batteries, with the product that says so; the
    one without a product is told by its lack of regulation.
    """

    units: tuple[tuple[str, str | None], ...]
    pairing: str
    neighbours: tuple[tuple[str, str | None], ...] = ()


# Sites repeat in this order.
SITES = (
    Site((("BES1", "LD1"),), "SITE_AND_NUMBER"),
    Site((("BES1", "LD1"), ("BES2", "LD2")), "SITE_AND_NUMBER"),
    # charges behind the meter: the charging is in no file
    Site((("BESS1", None),), "NONE", (("LD7", "RRSUFR"),)),
    Site((("UNIT1", "LD3"),), "SITE_AND_REGULATION", (("LD4", None),)),
    Site((("ESS1", "LD2"),), "SITE"),
    Site((("BES1", "LD1"),), "SITE_AND_NUMBER", (("LD5", "ECRSMD"),)),
)


@dataclass(frozen=True)
class Battery:
    """One battery under its three names, and its physics.

    Stored energy grows by `charge_efficiency` x charge and falls by discharge /
    `discharge_efficiency` and by `auxiliary_mw`.
    """

    site: int
    generation: str
    load: str | None
    single: str
    pairing: str
    point: str
    power_mw: float
    energy_mwh: float
    charge_efficiency: float
    discharge_efficiency: float
    auxiliary_mw: float


def roster(seed: int, count: int, nodes: list[str]) -> list[Battery]:
    """`count` batteries at `nodes`; several sites share a node where there are more of them."""
    if not nodes:
        raise ValueError("batteries settle at resource nodes: ask for at least 2 points of ERCOT")
    found: list[Battery] = []
    number = 0
    while len(found) < count:
        site = SITES[number % len(SITES)]
        for unit, (generation, load) in enumerate(site.units, 1):
            name = f"SYN_BAT{number + 1:03d}"
            rng = generator(seed, "ERCOT", "battery", number, unit)
            power = round(float(rng.uniform(5, 150)), 1)
            found.append(
                Battery(
                    number,
                    f"{name}_{generation}",
                    f"{name}_{load}" if load else None,
                    f"{name}_ESR{unit}",
                    site.pairing,
                    nodes[number % len(nodes)],
                    power,
                    round(power * float(rng.choice([1, 2, 4]) * rng.uniform(0.95, 1.05)), 1),
                    round(float(rng.uniform(0.86, 0.96)), 4),
                    round(float(rng.uniform(0.90, 0.97)), 4),
                    round(power * float(rng.uniform(0.001, 0.006)), 4),
                )
            )
        number += 1
    return found[:count]


@dataclass(frozen=True)
class Lines:
    """Lines of accounts of one kind; `interval` is the number of the hour or quarter in the day."""

    revenue_line: str
    side: str
    battery: np.ndarray
    interval: np.ndarray
    quantity: np.ndarray
    price: np.ndarray


@dataclass(frozen=True)
class Fleet:
    """The batteries on one market day: arrays over (battery, hour), (.., quarter) or (.., run)."""

    market: Day
    count: int

    @cached_property
    def batteries(self) -> list[Battery]:
        own = self.market.own_batteries(self.count)
        if own is not None:
            return own
        nodes = [n for n, kind in self.market.points.items() if kind == "RN"]
        return roster(self.market.seed, self.count, nodes)

    @property
    def is_single(self) -> bool:
        """One resource for both directions, in the dispatch disclosure."""
        return self.market.day >= RTC_FROM

    @property
    def is_in_dam(self) -> bool:
        """Whether the day-ahead disclosure of the day shows batteries."""
        return not self.is_single or self.market.day >= SINGLE_MODEL_DAM_FROM

    def neighbours(self) -> list[tuple[str, str | None]]:
        """Loads beside batteries that are none, with the product of their awards."""
        found = []
        for number in sorted({b.site for b in self.batteries}):
            for suffix, product in SITES[number % len(SITES)].neighbours:
                found.append((f"SYN_BAT{number + 1:03d}_{suffix}", product))
        return found

    def _of(self, name: str) -> np.ndarray:
        """An attribute of every battery as a column, to go with rows of intervals."""
        return np.array([getattr(b, name) for b in self.batteries])[:, None]

    @cached_property
    def _node(self) -> np.ndarray:
        names = list(self.market.points)
        return np.array([names.index(b.point) for b in self.batteries])

    @cached_property
    def dam_price(self) -> np.ndarray:
        return self.market.dam_price[self._node]

    @cached_property
    def rt_price(self) -> np.ndarray:
        return self.market.rt_price[self._node]

    # Day-ahead awards. A cell that is not a number is blank in the file.

    @cached_property
    def dam_energy(self) -> np.ndarray:
        """Energy awards; only the single model buys."""
        rng = generator(self.market.seed, "ERCOT", "battery energy", self.market.day)
        rank = self.dam_price.argsort(axis=1).argsort(axis=1) / self.dam_price.shape[1]
        size = np.round(self._of("power_mw") * rng.uniform(0.1, 1.0, rank.shape), 1)
        odd = rng.random(rank.shape) < 0.1
        sells = (rank > 0.6) ^ odd
        buys = (rank < 0.3) ^ (rng.random(rank.shape) < 0.1)
        award = np.where(sells, size, np.where(buys & self.is_single, -size, 0.0))
        return np.where((award == 0) & (rng.random(rank.shape) < 0.3), np.nan, award)

    @cached_property
    def dam_services(self) -> dict[str, np.ndarray]:
        """Awards by product: all blank in hours in which a battery offered none."""
        shape = self.dam_price.shape
        rng = generator(self.market.seed, "ERCOT", "battery services", self.market.day)
        blank = rng.random(shape) < 0.2
        found = {}
        for product in PRODUCTS:
            size = np.round(self._of("power_mw") * rng.uniform(0.02, 0.3, shape), 1)
            found[product] = np.where(rng.random(shape) < 0.35, size, 0.0)
            found[product][blank] = np.nan
        return found

    @cached_property
    def load_regdn(self) -> np.ndarray:
        """Regulation down of the load side; an hour has it on one side only."""
        shape = self.dam_price.shape
        rng = generator(self.market.seed, "ERCOT", "load services", self.market.day)
        regulates = np.array([b.load is not None and b.pairing != "SITE" for b in self.batteries])
        free = regulates[:, None] & ~(self.dam_services["REGDN"] > 0)
        size = np.round(self._of("power_mw") * rng.uniform(0.02, 0.3, shape), 1)
        return np.where(free & (rng.random(shape) < 0.6), size, 0.0)

    # Real time.

    @cached_property
    def runs(self) -> np.ndarray:
        """Instants of the runs, UTC."""
        return self.market.sced_runs()[0]

    @cached_property
    def _seconds(self) -> np.ndarray:
        """Seconds of the day at which the runs are."""
        return self.runs.astype(np.int64) - utc(self.market.day, CENTRAL)

    @property
    def _day_seconds(self) -> int:
        return len(self.market.hours) * 3600

    @cached_property
    def overlap(self) -> np.ndarray:
        """Seconds for which run r holds in quarter q: each until the next, the last to midnight."""
        until = np.append(self._seconds[1:], self._day_seconds)
        first = np.arange(0, self._day_seconds, 900)
        shared = np.minimum(until[:, None], first + 900) - np.maximum(self._seconds[:, None], first)
        return np.clip(shared, 0, None)

    @cached_property
    def _wanted(self) -> np.ndarray:
        """What each battery would do in each run by its price, as a share of its power: charge in
        its cheapest hours, discharge in its dearest, and now and then anything.

        It rests at both ends of the day, and between charging and discharging.
        """
        rng = generator(self.market.seed, "ERCOT", "battery output", self.market.day)
        shape = self.rt_price.shape
        rank = self.rt_price.argsort(axis=1).argsort(axis=1) / shape[1]
        # the share of a day that it takes to fill or empty; it is in use for longer, with rests
        hours = self._of("energy_mwh") / self._of("power_mw") / 24
        share = np.where(rank > 1 - 2.0 * hours, 1.0, np.where(rank < 2.2 * hours, -1.0, 0.0))
        share *= rng.uniform(0.4, 1.0, shape)
        share = np.where(rng.random(shape) < 0.1, rng.uniform(-1, 1, shape), share)
        by_run = share[:, self._seconds // 900]
        by_run = by_run * rng.uniform(0.9, 1.0, by_run.shape)
        by_run[:, [0, -1]] = 0.0
        by_run[:, 1:][by_run[:, 1:] * by_run[:, :-1] < 0] = 0.0
        return by_run

    def _first_soc(self, day: date) -> np.ndarray:
        """Stored energy at the first run of a day."""
        rng = generator(self.market.seed, "ERCOT", "battery soc", day)
        return self._of("energy_mwh")[:, 0] * rng.uniform(0.35, 0.65, self.count)

    @cached_property
    def _states(self) -> tuple[np.ndarray, np.ndarray]:
        """Net output (MW, four decimals, discharge positive) and stored energy (MWh) at each run.

        Output runs straight from one run to the next. Charging is scaled by one factor and
        discharging by another, the greatest ones by which the day stays within capacity and power
        and ends at what the next day starts with: so days fit together though each is made alone.
        A market that dispatches batteries of its own has their output and stored energy.
        """
        own = self.market.battery_states(self.count)
        if own is not None:
            return np.round(own[0], 4) + 0.0, own[1]
        tomorrow = self.market.day + timedelta(days=1)
        end = self.market.next_run().astype(np.int64) - utc(self.market.day, CENTRAL)
        hours = np.diff(np.append(self._seconds, end)) / 3600
        energy, power = self._of("energy_mwh"), self._of("power_mw")

        def paths(output: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            """MWh gained, lost and used by the battery itself since the first run."""
            parts = [
                _ramped(np.clip(-output, 0, None), hours) * self._of("charge_efficiency"),
                _ramped(np.clip(output, 0, None), hours) / self._of("discharge_efficiency"),
                hours * self._of("auxiliary_mw"),
            ]
            return tuple(np.pad(np.cumsum(p, axis=1), ((0, 0), (1, 0))) for p in parts)

        start = self._first_soc(self.market.day)[:, None]
        wanted = power * self._wanted
        gained, lost, used = paths(wanted)
        # the state is `still` + factor * `moved`, with charging set so that the day ends as it must
        rise = self._first_soc(tomorrow)[:, None] - start + used[:, -1:]
        share = gained / gained[:, -1:]
        still, moved = start + share * rise - used, share * lost[:, -1:] - lost
        with np.errstate(divide="ignore"):
            room = np.where(moved > 0, 0.97 * energy - still, still - 0.04 * energy) / np.abs(moved)
        discharging = np.minimum(room.min(axis=1, keepdims=True), 1.0)
        discharging = np.minimum(discharging, (gained[:, -1:] - rise) / lost[:, -1:])
        charging = (rise + discharging * lost[:, -1:]) / gained[:, -1:]
        output = np.round(wanted * np.where(wanted < 0, charging, discharging), 4) + 0.0
        gained, lost, used = paths(output)
        return output, (start + gained - lost - used)[:, :-1]

    @property
    def output(self) -> np.ndarray:
        return self._states[0]

    @property
    def soc(self) -> np.ndarray:
        return self._states[1]

    @cached_property
    def shown(self) -> dict[str, np.ndarray]:
        """Which runs have a row, by side. Two kinds of site are out of the file for a while: one
        with both its names, the other with that of its generation alone."""
        out = {side: np.ones(self.output.shape, bool) for side in ("GEN", "LOAD", "ESR")}
        out["LOAD"] &= np.array([b.load is not None for b in self.batteries])[:, None]
        away = (self._seconds > 9.1 * 3600) & (self._seconds < 10.8 * 3600)
        kind = np.array([b.site % len(SITES) for b in self.batteries])[:, None]
        out["GEN"] &= ~(away & np.isin(kind, (4, 5)))
        out["LOAD"] &= ~(away & (kind == 4))
        out["ESR"] &= ~(away & (kind == 4))
        return out

    @cached_property
    def rt_services(self) -> dict[str, np.ndarray]:
        """Awards of each run, MW with four decimals: in most quarters those of the day ahead."""
        quarters = self.rt_price.shape
        rng = generator(self.market.seed, "ERCOT", "battery run awards", self.market.day)
        found = {}
        for product, award in self.dam_services.items():
            other = rng.random(quarters) < 0.4
            new = np.round(self._of("power_mw") * rng.uniform(0.0, 0.3, quarters), 4)
            new[rng.random(quarters) < 0.5] = 0.0
            held = np.repeat(np.nan_to_num(award), 4, axis=1)
            found[product] = np.where(other, new, held)[:, self._seconds // 900]
        return found

    # Revenue.

    def lines(self, market: str) -> Iterator[Lines]:
        """Every line that can be given to a battery: of the day ahead, or of real time."""
        if self.is_in_dam:
            yield from self._dam_lines() if market == "DAM" else self._rt_lines()

    def _dam_lines(self) -> Iterator[Lines]:
        side = "ESR" if self.is_single else "GEN"
        awards = {"ENERGY": (side, self.dam_energy, self.dam_price)}
        for product, award in self.dam_services.items():
            price = np.broadcast_to(self.market.capacity[PRODUCTS[product]], award.shape)
            awards[product] = (side, award, price)
        if not self.is_single:
            price = np.broadcast_to(self.market.capacity["REGDN"], self.load_regdn.shape)
            awards["REGDN of the load"] = ("LOAD", self.load_regdn, price)
        for product, (of, award, price) in awards.items():
            name = f"DAM_{product.split()[0]}"
            yield _lines(name, of, np.nan_to_num(award) != 0, award, price)

    def _rt_lines(self) -> Iterator[Lines]:
        sold = np.repeat(np.nan_to_num(self.dam_energy), 4, axis=1) / 4
        parts = (
            {"ESR": self.output}
            if self.is_single
            else {"GEN": np.clip(self.output, 0, None), "LOAD": np.clip(self.output, None, 0)}
        )
        for side, output in parts.items():
            shown = self.shown[side]
            energy = (output * shown) @ self.overlap / 3600
            quantity = energy - (0 if side == "LOAD" else sold)
            there = shown @ (self.overlap > 0) > 0
            yield _lines("RT_ENERGY", side, there, quantity, self.rt_price)
        if self.is_single:
            yield from self._rt_service_lines()

    def _rt_service_lines(self) -> Iterator[Lines]:
        """Mean award of the runs less that of the day ahead, in whole ten-thousandths of a MW: a
        line is there if they differ at all."""
        shown = self.shown["ESR"]
        length = self.overlap.sum(axis=0)
        there = shown @ (self.overlap > 0) > 0
        for service in SERVICES:
            products = [p for p, s in PRODUCTS.items() if s == service]
            run = sum(_whole(self.rt_services[p]) for p in products) * shown
            sold = sum(_whole(np.nan_to_num(self.dam_services[p])) for p in products)
            excess = run @ self.overlap - np.repeat(sold, 4, axis=1) * length
            price = np.broadcast_to(self.market.rt_capacity[service], excess.shape)
            quantity = excess / length / 10_000 / 4
            yield _lines(f"RT_{service}", "ESR", there & (excess != 0), quantity, price)


def _ramped(mw: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """MWh of each step by power that runs straight from run to run, and to none after the last."""
    return hours * (mw + np.pad(mw[:, 1:], ((0, 0), (0, 1)))) / 2


def _whole(mw: np.ndarray) -> np.ndarray:
    return np.round(mw * 10_000).astype(np.int64)


def _lines(name: str, side: str, there: np.ndarray, quantity: np.ndarray, price: np.ndarray):
    battery, interval = np.nonzero(there)
    return Lines(name, side, battery, interval, quantity[there], price[there])
