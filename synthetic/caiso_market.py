"""The CAISO of the synthetic market: nodes whose price is the sum of its published components."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from synthetic.clock import PACIFIC, Grid, grid
from synthetic.shapes import (
    EnergyCurve,
    demand_shape,
    energy_curve,
    generator,
    smooth_noise,
    sun_shape,
)

CAP, FLOOR = 2000.0, -150.0
_NAMED = (
    "TH_NP15_GEN-APND",
    "TH_SP15_GEN-APND",
    "TH_ZP26_GEN-APND",
    "DLAP_PGAE-APND",
    "ELAP_PACE-APND",
)
# The greenhouse-gas component came into the day-ahead report with version 12. The day is not
# known; it was in use by spring 2023. Days before this one are written as version 1.
V12_FROM = date(2022, 1, 1)

# Tariff areas: the CAISO total is the sum of its parts; the last two lie outside it.
PARTS = {
    "PGE-TAC": 0.46,
    "SCE-TAC": 0.43,
    "SDGE-TAC": 0.09,
    "VEA-TAC": 0.004,
    "MWD-TAC": 0.006,
}
OUTSIDE = {"NEVP": 0.16, "PACE": 0.14}
AREAS = ("CA ISO-TAC", *PARTS, *OUTSIDE)


@dataclass(frozen=True)
class Service:
    """An ancillary service: its XML item, its standard name, its price as a share of energy."""

    item: str
    product: str
    share: float


SERVICES = {
    "NR": Service("NS_CLR_PRC", "NONSPIN", 0.03),
    "RD": Service("RD_CLR_PRC", "REGDN", 0.16),
    "RMD": Service("RMD_CLR_PRC", "REGMILEDN", 0.01),
    "RMU": Service("RMU_CLR_PRC", "REGMILEUP", 0.01),
    "RU": Service("RU_CLR_PRC", "REGUP", 0.20),
    "SR": Service("SP_CLR_PRC", "SPIN", 0.10),
}
REGIONS = (
    "AS_CAISO",
    "AS_CAISO_EXP",
    "AS_NP26",
    "AS_NP26_EXP",
    "AS_SP26",
    "AS_SP26_EXP",
)


def nodes(count: int) -> list[str]:
    """`count` pricing nodes: hubs and aggregates first, then single nodes."""
    if count < 1:
        raise ValueError("CAISO needs at least one node")
    named = list(_NAMED)[: max(1, min(len(_NAMED), count - 1))]
    return named + [f"SYN{i + 1:04d}_7_N001" for i in range(count - len(named))]


def location_type(node: str) -> str:
    """HUB, ZONE, AREA, AGGREGATE or NODE, from the name's pattern."""
    for prefix, kind in (("TH_", "HUB"), ("DLAP_", "ZONE"), ("ELAP_", "AREA")):
        if node.startswith(prefix):
            return kind
    return "AGGREGATE" if node.endswith("-APND") else "NODE"


def components(day: date) -> tuple[str, ...]:
    """LMP_TYPE values of the day-ahead report."""
    base = ("LMP", "MCC", "MCE", "MCL")
    return (*base, "MGHG") if day >= V12_FROM else base


@dataclass(frozen=True)
class Day:
    """One CAISO trading day: day-ahead by the hour, real time by five minutes."""

    seed: int
    day: date
    count: int

    @cached_property
    def hours(self) -> Grid:
        return grid(self.day, PACIFIC, 60)

    @cached_property
    def fives(self) -> Grid:
        return grid(self.day, PACIFIC, 5)

    @cached_property
    def nodes(self) -> list[str]:
        return nodes(self.count)

    def _curve(self, market: str, clock: Grid, noise: float) -> EnergyCurve:
        middle = clock.hour_of_day + clock.minutes / 120
        return energy_curve(
            self.seed, f"CAISO:{market}", self.day, middle, cap=CAP, floor=FLOOR, noise=noise
        )

    def prices(self, market: str, nudge: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Components by LMP_TYPE, each (nodes, intervals), five decimals, adding up to LMP.

        `market` is DAM or RTM; `nudge` is added to congestion (a price correction).
        """
        clock = self.hours if market == "DAM" else self.fives
        energy = np.round(self._curve(market, clock, 0.8 if market == "DAM" else 4.0).price, 5)
        rng = generator(self.seed, "CAISO", market, "congestion", self.day)
        sun = sun_shape(clock.hour_of_day, self.day, south=False)
        wave = smooth_noise(rng, len(clock), len(clock) / 8)
        north_south = 9.0 * np.clip(wave - 0.8, 0, None)
        export = 11.0 * np.clip(1.3 * sun + 0.5 * wave - 0.7, 0, None)
        rows = {c: np.empty((len(self.nodes), len(clock))) for c in ("MCC", "MCE", "MCL", "MGHG")}
        for i, node in enumerate(self.nodes):
            own = generator(self.seed, "CAISO", "node", node)
            factor = own.uniform(-0.5, 0.5, 2)
            loss = own.uniform(-0.06, 0.04)
            factor[1] = abs(factor[1]) if "SP15" in node or "ZP26" in node else factor[1]
            rows["MCC"][i] = -factor[0] * north_south - factor[1] * export
            rows["MCE"][i] = energy
            rows["MCL"][i] = loss * energy
            # imports pay for their emissions: a charge at areas outside the state only
            away = node.startswith("ELAP_")
            rows["MGHG"][i] = np.where(energy > 0, -6.0 - 2 * own.random(), 0.0) if away else 0.0
        if nudge is not None:
            rows["MCC"] += nudge
        rows = {name: np.round(values, 5) for name, values in rows.items()}
        if market == "DAM" and self.day < V12_FROM:
            del rows["MGHG"]
        return {"LMP": np.round(sum(rows.values()), 5), **rows}

    def capacity(self, market: str) -> np.ndarray:
        """Ancillary prices, (services, regions, hours), two decimals."""
        rng = generator(self.seed, "CAISO", market, "capacity", self.day)
        level = np.clip(self._curve("DAM", self.hours, 0.8).price, 0, None)
        out = np.empty((len(SERVICES), len(REGIONS), len(self.hours)))
        for s, service in enumerate(SERVICES.values()):
            base = 0.1 + service.share * level * rng.uniform(0.5, 1.5, len(level))
            for r, region in enumerate(REGIONS):
                # a region's own shortage; the whole system's price stands under AS_CAISO_EXP
                weight = {"AS_CAISO_EXP": 1.0, "AS_CAISO": 0.0}.get(region, 0.05)
                out[s, r] = np.round(weight * base, 2)
        return out

    def load(self, clock: Grid, noise: float, name: str, decimals: int) -> np.ndarray:
        """Load of every area, (areas, intervals), MW; the first row is the sum of the parts."""
        middle = clock.hour_of_day + clock.minutes / 120
        total = 44_000.0 * demand_shape(middle, self.day, south=False)
        rng = generator(self.seed, "CAISO", "load", name, self.day)
        own = [
            np.round(share * total * (1 + noise * smooth_noise(rng, len(clock), 6)), decimals)
            for share in (*PARTS.values(), *OUTSIDE.values())
        ]
        whole = np.round(np.sum(own[: len(PARTS)], axis=0), decimals)
        return np.vstack([whole, *own])
