"""The NEM of the synthetic market: five regions whose balance closes, six interconnectors, units.

Two runs exist while a direction is in force. Run 0 is the what-if run and sets the price; run 1 is
what happened and holds the megawatts. Run 0's metered flow is its own target of the interval
before, as in AEMO's files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from synthetic.clock import NEM, Grid, grid
from synthetic.nem_layouts import FAST_FROM, FAST_SERVICES, SERVICES
from synthetic.shapes import demand_shape, energy_curve, generator, smooth_noise, sun_shape

FLOOR = -1000.0
REGIONS = ("NSW1", "QLD1", "SA1", "TAS1", "VIC1")
PEAK = {"NSW1": 13200.0, "QLD1": 10100.0, "SA1": 3100.0, "TAS1": 1750.0, "VIC1": 9700.0}
SOLAR = {"NSW1": 0.30, "QLD1": 0.32, "SA1": 0.30, "TAS1": 0.0, "VIC1": 0.16}
WIND = {"NSW1": 0.14, "QLD1": 0.08, "SA1": 0.55, "TAS1": 0.22, "VIC1": 0.34}


@dataclass(frozen=True)
class Link:
    """An interconnector; flow is positive from `start` to `end`."""

    name: str
    start: str
    end: str
    forward_mw: float
    reverse_mw: float


LINKS = (
    Link("N-Q-MNSP1", "NSW1", "QLD1", 107.0, 210.0),
    Link("NSW1-QLD1", "NSW1", "QLD1", 600.0, 1078.0),
    Link("T-V-MNSP1", "TAS1", "VIC1", 594.0, 478.0),
    Link("V-S-MNSP1", "VIC1", "SA1", 220.0, 200.0),
    Link("V-SA", "VIC1", "SA1", 600.0, 500.0),
    Link("VIC1-NSW1", "VIC1", "NSW1", 1600.0, 1350.0),
)

# Constraint names use the signs that AEMO uses; the last one is a data snapshot that never binds.
CONSTRAINTS = (
    ("N^^V_SYN_1", "2024/03/04 00:00:00", 2),
    ("S>>SYN_T1_T2", "2023/07/11 00:00:00", 1),
    ("V::N_SYN_O1", "2022/11/01 00:00:00", 3),
    ("Q>SYN+MU#2", "2020/02/18 00:00:00", 1),
    ("F_I+SYN_R6_ML", "2019/06/27 00:00:00", 1),
    ("T_V_SYN_BL1", "2016/06/02 00:00:00", 1),
    ("SYN_RAMP/LIMIT", "2018/09/12 00:00:00", 1),
    ("DATASNAP_SYN", "2013/08/21 00:00:00", 1),
)

_UNITS = (
    ("SYNBW1", "NSW1", "steady", 660.0),
    ("SYNBW2", "NSW1", "steady", 660.0),
    ("SYNSF1", "NSW1", "sun", 150.0),
    ("SYN/W#2", "VIC1", "wind", 132.3),
    ("SYNWF1", "SA1", "wind", 102.4),
    ("SYNSF2", "QLD1", "sun", 180.0),
    ("SYNCC1", "QLD1", "steady", 385.0),
    ("SYNHY1", "TAS1", "steady", 144.0),
    ("SYNBESS1", "SA1", "battery", 150.0),
    ("SYNBESS2", "VIC1", "battery", 300.0),
    ("SYNPEAK1", "SA1", "peaker", 50.0),
    ("SYNPUMP1", "NSW1", "pump", 240.0),
)


def price_cap(day: date) -> float:
    """Market price cap of the financial year, AUD/MWh."""
    year = day.year if day.month >= 7 else day.year - 1
    caps = {2017: 14200, 2018: 14500, 2019: 14700, 2020: 15000, 2021: 15100, 2022: 15500}
    caps |= {2023: 16600, 2024: 17500}
    return float(caps.get(year, 14000 if year < 2017 else 20300))


def units(count: int) -> list[tuple[str, str, str, float]]:
    """`count` units: (DUID, region, kind, capacity in MW)."""
    if count < 1:
        raise ValueError("the NEM needs at least one unit")
    out = list(_UNITS[:count])
    for i in range(count - len(out)):
        out.append(
            (f"SYNU{i + 1:04d}", REGIONS[i % 5], "steady" if i % 3 else "wind", 100.0 + i % 50)
        )
    return out


@dataclass(frozen=True)
class Day:
    """One calendar day of market time (UTC+10): 288 intervals, the first ending 00:05."""

    seed: int
    day: date
    count: int

    @cached_property
    def fives(self) -> Grid:
        return grid(self.day, NEM, 5)

    def rng(self, *names: object) -> np.random.Generator:
        """Random numbers of the day that belong to `names`."""
        return generator(self.seed, "NEM", *names, self.day)

    @cached_property
    def intervention(self) -> np.ndarray:
        """True where run 1 exists: one block a day, long before 2021, on one day in three since."""
        rng = self.rng("intervention")
        out = np.zeros(288, bool)
        if self.day.year < 2021:
            first, length = int(rng.integers(60, 120)), 96
        elif rng.random() < 1 / 3:
            first, length = int(rng.integers(120, 200)), 24
        else:
            return out
        out[first : first + length] = True
        return out

    @cached_property
    def original_price(self) -> np.ndarray:
        """ROP: regional prices before cap and floor, (5 regions, 288), AUD/MWh, 5 decimals."""
        hour = self.fives.hour_of_day
        common = self.rng("separation")
        out = []
        for region in REGIONS:
            curve = energy_curve(
                self.seed,
                f"NEM {region if region in ('SA1', 'TAS1') else 'main'}:{region}",
                self.day,
                hour,
                south=True,
                cap=1.2 * price_cap(self.day),
                floor=1.1 * FLOOR,
                noise=5.0,
                scarcity=0.15,
            )
            price = 1.9 * curve.price
            if region == "SA1" and common.random() < 0.3:
                # a deep negative spell below the floor
                at = 140 + int(common.integers(20))
                price[at : at + 2] = 1.05 * FLOOR
            out.append(price)
        return np.round(np.array(out), 5)

    def price(self, run: int = 0, nudge: np.ndarray | None = None) -> np.ndarray:
        """RRP of a run, bounded by cap and floor, (5, 288), 5 decimals."""
        value = self.original_price + (0.0 if nudge is None else nudge)
        if run == 1:
            drop = np.abs(self.rng("physical run").normal(4.0, 2.0, value.shape))
            value = value - drop
        return np.round(np.clip(value, FLOOR, price_cap(self.day)), 5)

    @cached_property
    def services(self) -> dict[str, np.ndarray]:
        """FCAS prices by service, (5, 288), 2 decimals; the fast ones are zero before 2023-10."""
        rng = self.rng("fcas")
        out = {}
        for name in (*SERVICES, *FAST_SERVICES):
            base = {"REG": 9.0, "1SE": 0.6}.get(name[5:8], 1.5) * rng.uniform(0.3, 1.5)
            main = np.abs(base * (1 + 0.5 * smooth_noise(rng, 288, 12)))
            tas = np.abs(3 * base * (1 + 0.5 * smooth_noise(rng, 288, 12)))
            rows = np.stack([tas if r == "TAS1" else main for r in REGIONS])
            if name in FAST_SERVICES and self.day < FAST_FROM:
                rows = np.zeros_like(rows)
            out[name] = np.round(rows, 2)
        return out

    @cached_property
    def cumulative(self) -> dict[str, np.ndarray]:
        """Stand-ins for the seven-day sums of prices, (5, 288)."""
        rng = self.rng("cumulative")
        names = ("ENERGY", *SERVICES, *FAST_SERVICES)
        size = {n: rng.uniform(50, 150_000, (5, 1)) for n in names}
        return {n: np.round(s + rng.normal(0, 5, (5, 288)), 5) for n, s in size.items()}

    @cached_property
    def demand(self) -> np.ndarray:
        """TOTALDEMAND, (5, 288), two decimals."""
        hour = self.fives.hour_of_day + 1 / 12
        shape = demand_shape(hour, self.day, south=True)
        sun = sun_shape(hour, self.day, south=True)
        rng = self.rng("demand")
        rows = []
        for region in REGIONS:
            # rooftop sun lowers what the market must serve
            rooftop = 0.14 * sun if SOLAR[region] else 0.0
            wobble = 1 + 0.01 * smooth_noise(rng, 288, 12)
            rows.append(PEAK[region] * (shape - rooftop) * wobble)
        return np.round(np.array(rows), 2)

    def weather_power(self, fuel: str) -> tuple[np.ndarray, np.ndarray]:
        """UIGF and cleared megawatts of semi-scheduled SOLAR or WIND, (5, 288), two decimals."""
        rng = self.rng("semi-scheduled", fuel)
        hour = self.fives.hour_of_day + 1 / 12
        sun = sun_shape(hour, self.day, south=True)
        rows = []
        for region in REGIONS:
            if fuel == "SOLAR":
                rows.append(PEAK[region] * SOLAR[region] * 0.6 * sun)
            else:
                level = np.clip(0.35 + 0.2 * smooth_noise(rng, 288, 60), 0.02, 0.95)
                rows.append(PEAK[region] * WIND[region] * level)
        forecast = np.round(np.array(rows), 2)
        # below zero the units with a price floor stop bidding
        cleared = np.where(self.price() < -20, 0.8, 1.0) * forecast
        return forecast, np.round(cleared, 2)

    @cached_property
    def target(self) -> dict[int, np.ndarray]:
        """Target flow of each interconnector at the end of the interval, by run, (6, 288)."""
        rng = self.rng("flow")
        out = {0: [], 1: []}
        for link in LINKS:
            swing = smooth_noise(rng, 288, 30)
            flow = np.clip(0.45 * swing, -1, 1)
            mw = np.where(flow > 0, flow * link.forward_mw, flow * link.reverse_mw)
            other = mw - 60.0 * np.abs(smooth_noise(rng, 288, 30))
            out[0].append(mw)
            out[1].append(np.clip(other, -link.reverse_mw, link.forward_mw))
        return {run: np.round(np.array(rows), 5) for run, rows in out.items()}

    def metered(self, run: int) -> np.ndarray:
        """METEREDMWFLOW, (6, 288): measured, but run 0 under a direction repeats its own target."""
        target = self.target[run]
        before = np.concatenate([target[:, :1], target[:, :-1]], axis=1)
        noise = np.round(self.rng("meter").normal(0, 6, before.shape), 2)
        measured = np.round(before + noise, 2)
        if run == 1:
            return measured
        return np.where(self.intervention, before, measured)

    def losses(self, run: int) -> np.ndarray:
        """MWLOSSES of each interconnector, (6, 288), never negative, 5 decimals."""
        limit = np.array([link.forward_mw for link in LINKS])[:, None]
        return np.round(0.06 * np.abs(self.target[run]) * np.abs(self.target[run]) / limit, 5)

    def limits(self, run: int) -> tuple[np.ndarray, np.ndarray]:
        """EXPORTLIMIT and IMPORTLIMIT (negative) of the interconnectors, (6, 288)."""
        flow = self.target[run]
        forward = np.array([link.forward_mw for link in LINKS])[:, None]
        reverse = np.array([link.reverse_mw for link in LINKS])[:, None]
        ease = self.rng("limits", run).uniform(0.6, 1.0, flow.shape)
        upper = np.round(np.maximum(flow, forward * ease), 5)
        lower = np.round(np.minimum(flow, -reverse * ease), 5)
        # a cable that cannot be reversed shows a limit just below zero, printed with an exponent
        t_v = [link.name for link in LINKS].index("T-V-MNSP1")
        lower[t_v, (flow[t_v] > 0) & (ease[t_v] > 0.97)] = -1e-5
        return upper, lower

    def interchange(self, run: int) -> np.ndarray:
        """NETINTERCHANGE at the reference nodes, (5, 288): export positive; sums to the losses."""
        out = np.zeros((len(REGIONS), 288))
        flow, loss = self.target[run], self.losses(run)
        for i, link in enumerate(LINKS):
            out[REGIONS.index(link.start)] += flow[i] + 0.5 * loss[i]
            out[REGIONS.index(link.end)] += -flow[i] + 0.5 * loss[i]
        return np.round(out, 5)

    def region(self, run: int) -> dict[str, np.ndarray]:
        """Columns of the region table by name, (5, 288). The balance holds to the fifth decimal."""
        return self._regions[run]

    @cached_property
    def _regions(self) -> dict[int, dict[str, np.ndarray]]:
        return {run: self._region(run) for run in (0, 1)}

    def _region(self, run: int) -> dict[str, np.ndarray]:
        rng = self.rng("region", run)
        demand, net = self.demand, self.interchange(run)
        load = np.round(np.where(self.price() < 20, 0.02, 0.0) * demand, 2)
        generation = np.round(demand + load + net, 5)
        solar, solar_cleared = self.weather_power("SOLAR")
        wind, wind_cleared = self.weather_power("WIND")
        non_scheduled = np.round(0.006 * demand * (1 + 0.1 * rng.standard_normal(demand.shape)), 5)
        battery = np.round(0.01 * demand * np.clip(self.price() / 300, -1, 1), 2)
        storage = np.round(800 + 300 * np.cumsum(rng.normal(0, 0.02, demand.shape), axis=1), 5)
        error = np.round(rng.normal(0, 6, demand.shape), 5)
        none = np.zeros_like(demand)
        out = {
            "TOTALDEMAND": demand,
            "AVAILABLEGENERATION": np.round(1.5 * demand + 900, 5),
            "AVAILABLELOAD": np.round(none + 300, 0),
            "DEMANDFORECAST": np.round(rng.normal(0, 20, demand.shape), 0),
            "DISPATCHABLEGENERATION": generation,
            "DISPATCHABLELOAD": load,
            "NETINTERCHANGE": net,
            "EXCESSGENERATION": none,
            "AGGREGATEDISPATCHERROR": error,
            "INITIALSUPPLY": np.round(demand * 1.005 + error, 5),
            "CLEAREDSUPPLY": np.round(demand * 1.006, 2),
            "TOTALINTERMITTENTGENERATION": non_scheduled,
            "DEMAND_AND_NONSCHEDGEN": np.round(demand * 1.006 + non_scheduled, 5),
            "UIGF": np.round(solar + wind, 2),
            "SEMISCHEDULE_CLEAREDMW": np.round(solar_cleared + wind_cleared, 2),
            "SEMISCHEDULE_COMPLIANCEMW": none,
            "SS_SOLAR_UIGF": solar,
            "SS_WIND_UIGF": wind,
            "SS_SOLAR_CLEAREDMW": solar_cleared,
            "SS_WIND_CLEAREDMW": wind_cleared,
            "SS_SOLAR_COMPLIANCEMW": none,
            "SS_WIND_COMPLIANCEMW": none,
            "SS_SOLAR_AVAILABILITY": solar,
            "SS_WIND_AVAILABILITY": wind,
            "WDR_INITIALMW": none,
            "WDR_AVAILABLE": none,
            "WDR_DISPATCHED": none,
            "BDU_ENERGY_STORAGE": storage,
            "BDU_MIN_AVAIL": np.round(0.03 * demand, 0),
            "BDU_MAX_AVAIL": np.round(0.03 * demand, 0),
            "BDU_CLEAREDMW_GEN": np.clip(battery, 0, None),
            "BDU_CLEAREDMW_LOAD": np.clip(-battery, 0, None),
            "BDU_INITIAL_ENERGY_STORAGE": np.round(storage + 0.1, 5),
            "DECGEN_INITIAL_ENERGY_STORAGE": np.round(storage + 50, 5),
        }
        for service in (*SERVICES, *FAST_SERVICES):
            out[f"{service}LOCALDISPATCH"] = np.round(20 + 60 * rng.random(demand.shape), 2)
            out[f"{service}ACTUALAVAILABILITY"] = np.round(200 + 300 * rng.random(demand.shape), 6)
        return out

    def constraint(self, run: int) -> dict[str, np.ndarray]:
        """RHS, LHS, MARGINALVALUE, VIOLATIONDEGREE of the constraints, (8, 288)."""
        rng = self.rng("constraint", run)
        shape = (len(CONSTRAINTS), 288)
        wave = np.array([smooth_noise(rng, 288, 30) for _ in CONSTRAINTS])
        wave[-1] = -9.0
        value = np.where(wave > 1.0, np.round(-30.0 * (wave - 1.0), 5), 0.0)
        size = np.array([900, 350, 1200, 500, 420, 480, 150, 10000.0])[:, None]
        right = np.round(size + 20 * wave, 5)
        slack = np.round(right * rng.uniform(0.02, 0.4, shape), 5)
        broken = np.where(wave > 3.0, np.round(wave, 5), 0.0)
        left = np.round(np.where(value < 0, right + broken, right - slack), 5)
        return {"RHS": right, "LHS": left, "MARGINALVALUE": value, "VIOLATIONDEGREE": broken}

    @cached_property
    def units(self) -> list[tuple[str, str, str, float]]:
        return units(self.count)

    @cached_property
    def output(self) -> np.ndarray:
        """Megawatts of every unit at the start of the interval, (units, 288), two decimals."""
        hour = self.fives.hour_of_day
        sun = sun_shape(hour, self.day, south=True)
        price = dict(zip(REGIONS, self.price(), strict=True))
        rows = []
        for duid, region, kind, capacity in self.units:
            rng = self.rng("unit", duid)
            wave = smooth_noise(rng, 288, 24)
            rows.append(
                capacity
                * {
                    "steady": np.clip(0.75 + 0.08 * wave, 0, 1),
                    "sun": sun * np.clip(0.9 + 0.05 * wave, 0, 1) - 0.002,
                    "wind": np.clip(0.4 + 0.2 * wave, -0.003, 1),
                    # charges when prices are low, discharges when they are high
                    "battery": np.where(
                        price[region] < 15, -0.6, np.where(price[region] > 110, 0.8, 0.0)
                    ),
                    "peaker": np.where(price[region] > 250, 0.9, 0.0),
                    "pump": np.where(price[region] < 5, -0.8, -0.001),
                }[kind]
            )
        return np.round(np.array(rows), 2)
