"""Names of a network's points, branches and outages, in ERCOT's manner."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np

from synthetic.network.case import ZONES, Case, load_case

_REGIONS = {
    "HOUSTON": ("COAST",),
    "NORTH": ("EAST", "NORTH", "NORTH_C"),
    "SOUTH": ("SOUTHERN", "SOUTH_C"),
    "WEST": ("FAR_WEST", "WEST"),
}
HUB_KV = 200.0  # hubs are means over buses of at least this voltage
# In the order in which a market of few points takes them.
_NAMED = (
    *("HB_NORTH", "LZ_NORTH", "HB_WEST", "LZ_WEST", "HB_HOUSTON", "LZ_HOUSTON"),
    *("HB_SOUTH", "LZ_SOUTH", "HB_HUBAVG", "HB_BUSAVG"),
)
_TYPES = {"HB_HUBAVG": "AH", "HB_BUSAVG": "SH"}


def plain(name: str) -> str:
    """Upper-case ASCII letters, digits and single underscores."""
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


def station(bus_name: str) -> str:
    """Station of a bus: its name without the number that counts the buses of a station."""
    return plain(bus_name.rsplit(" ", 1)[0])


@dataclass(frozen=True, eq=False)
class Points:
    """Settlement points, sorted by name.

    Attributes:
        types: name -> settlement point type.
        weights: share of each bus in each point, `[points, N]`, rows sum to 1.
    """

    types: dict[str, str]
    weights: np.ndarray


def node(bus_name: str) -> str:
    """Resource node of a bus."""
    return f"{plain(bus_name)}_RN"


@cache
def units(network: str) -> tuple[str, ...]:
    """Names of the units, counted within their stations."""
    case = load_case(network)
    seen: Counter = Counter()
    found = []
    for bus in case.unit_bus.tolist():
        at = station(case.bus_names[bus])
        seen[at] += 1
        found.append(f"{at}_UNIT{seen[at]}")
    return tuple(found)


@cache
def points(network: str, count: int) -> Points:
    """`count` points at most: hubs and zones, then buses of units by capacity, then other buses."""
    if count < 1:
        raise ValueError("a market needs at least one settlement point")
    case = load_case(network)
    named = _NAMED[: max(1, min(len(_NAMED), round(count * 0.6)))]
    weight_of = {name: weights for name, weights in _areas(case).items() if name in named}
    types = {name: _TYPES.get(name, "HU" if name[:2] == "HB" else "LZ") for name in named}
    capacity = np.bincount(case.unit_bus, case.capacity_mw, len(case.kv))
    for bus in np.argsort(-capacity, kind="stable")[: max(0, count - len(named))].tolist():
        name = node(case.bus_names[bus])
        types[name] = "RN"
        weight_of[name] = np.eye(1, len(case.kv), bus)[0]
    order = sorted(types)
    return Points({n: types[n] for n in order}, np.array([weight_of[n] for n in order]))


def _areas(case: Case) -> dict[str, np.ndarray]:
    """Weights of hubs and zones: hubs are means of buses of high voltage, zones go by load."""
    out = {}
    hub_buses = np.zeros(len(case.kv), bool)
    for region, zones in _REGIONS.items():
        is_in = np.isin(case.zone, [ZONES.index(z) for z in zones])
        is_high = is_in & (case.kv >= HUB_KV)
        is_high = is_high if is_high.any() else is_in
        hub_buses |= is_high
        out[f"HB_{region}"] = is_high / is_high.sum()
        load = case.load_mw * is_in
        out[f"LZ_{region}"] = load / load.sum()
    out["HB_HUBAVG"] = np.mean([out[f"HB_{region}"] for region in _REGIONS], axis=0)
    out["HB_BUSAVG"] = hub_buses / hub_buses.sum()
    return out


@dataclass(frozen=True)
class Ends:
    """A branch seen from one of its ends: its name in that direction, stations and voltages."""

    name: str
    from_station: str
    to_station: str
    from_kv: int
    to_kv: int


@cache
def branches(network: str) -> dict[int, tuple[Ends, ...]]:
    """Each branch by direction, 1 from from-bus to to-bus, and -1 against it."""
    case = load_case(network)
    seen: Counter = Counter()
    along, against = [], []
    for start, stop in zip(case.from_bus.tolist(), case.to_bus.tolist(), strict=True):
        ends = [(station(case.bus_names[b]), round(case.kv[b])) for b in (start, stop)]
        both = tuple(sorted(ends))
        seen[both] += 1
        # buses of one station and voltage: the direction is in the number
        twin = ends[0] == ends[1]
        for direction, found in ((1, along), (-1, against)):
            (a, a_kv), (b, b_kv) = ends[::direction]
            number = f"{seen[both]}{'R' if twin and direction < 0 else ''}"
            name = f"{a}_{a_kv}_{b_kv}_{number}" if a == b else f"{a_kv}_{a}_{b}_{b_kv}_{number}"
            if a != b and a_kv == b_kv:
                name = f"{a_kv}_{a}_{b}_{number}"
            found.append(Ends(name, a, b, a_kv, b_kv))
    return {1: tuple(along), -1: tuple(against)}


def outage(network: str, branch: int) -> str:
    """Name of the contingency that a branch is out; "BASE CASE" for -1."""
    if branch < 0:
        return "BASE CASE"
    ends = branches(network)[1][branch]
    letters = "".join(re.sub("[^A-Z]", "", s)[:4] for s in (ends.from_station, ends.to_station))
    return f"S{letters}{branch + 1}"
