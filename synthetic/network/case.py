"""The networks: buses, branches, units and loads as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DATA = Path(__file__).parent / "data"
# Weather zones in the order of ERCOT's file of actual load.
ZONES = ("COAST", "EAST", "FAR_WEST", "NORTH", "NORTH_C", "SOUTHERN", "SOUTH_C", "WEST")
BASE_MVA = 100.0
NETWORKS = ("activsg200", "activsg2000")


@dataclass(frozen=True, eq=False)
class Case:
    """A network of N buses, L branches and U units; places of buses and branches count from 0.

    Attributes:
        bus_names: N names.
        kv, zone, load_mw: voltage, place of the zone in `ZONES`, and load of the case, `[N]`.
        from_bus, to_bus: places of the ends of each branch, `[L]`.
        susceptance: MW per radian, `[L]`.
        limit_mw: rating, `[L]`.
        unit_bus, fuel, capacity_mw: of each unit, `[U]`.
        cost_linear, cost_quadratic: $/MWh and $/MWh per MW, `[U]`.
        outages: places of the branches whose outage is to be survived.
    """

    name: str
    bus_names: tuple[str, ...]
    kv: np.ndarray
    zone: np.ndarray
    load_mw: np.ndarray
    from_bus: np.ndarray
    to_bus: np.ndarray
    susceptance: np.ndarray
    limit_mw: np.ndarray
    unit_bus: np.ndarray
    fuel: np.ndarray
    capacity_mw: np.ndarray
    cost_linear: np.ndarray
    cost_quadratic: np.ndarray
    outages: np.ndarray

    @property
    def branch_kv(self) -> np.ndarray:
        """The lower voltage of each branch's ends, `[L]`."""
        return np.minimum(self.kv[self.from_bus], self.kv[self.to_bus])


def _table(name: str) -> pa.Table:
    return pq.read_table(DATA / f"{name}.parquet")


@cache
def load_case(name: str) -> Case:
    """The network `name`, one of `NETWORKS`."""
    if name not in NETWORKS:
        raise ValueError(f"no network {name!r}: use one of {', '.join(NETWORKS)}")
    buses, branches, units = (_table(f"{name}_{part}") for part in ("buses", "branches", "units"))

    def of(table: pa.Table, column: str) -> np.ndarray:
        return table[column].to_numpy()

    return Case(
        name=name,
        bus_names=tuple(buses["name"].to_pylist()),
        kv=of(buses, "kv"),
        zone=np.array([ZONES.index(z) for z in buses["zone"].to_pylist()]),
        load_mw=of(buses, "load_mw"),
        from_bus=of(branches, "from_place"),
        to_bus=of(branches, "to_place"),
        susceptance=BASE_MVA / (of(branches, "reactance") * of(branches, "tap")),
        limit_mw=of(branches, "limit_mw"),
        unit_bus=of(units, "place"),
        fuel=np.array(units["fuel"].to_pylist()),
        capacity_mw=of(units, "capacity_mw"),
        cost_linear=of(units, "cost_linear"),
        cost_quadratic=of(units, "cost_quadratic"),
        outages=of(_table(f"{name}_contingencies"), "branch"),
    )


@cache
def zone_loads() -> np.ndarray:
    """Load of each zone of ACTIVSg2000 in the hours of 2016, `[8, 366, 24]`, MW."""
    table = _table("activsg2000_loads")
    hourly = np.array([table[zone].to_numpy() for zone in ZONES], dtype=float)
    return hourly.reshape(len(ZONES), -1, 24)
