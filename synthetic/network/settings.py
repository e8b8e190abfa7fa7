"""The markets that can be written, and the network of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from synthetic.network.case import Case, load_case
from synthetic.network.factors import Grid, Pairs, pairs

# A branch is watched under outages of whose flow it takes at least this share.
LEAST_SHARE = 0.02


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
        Market("year", "activsg2000", 0.40, 0.0, 60, 40, 150.0),
    )
}


@cache
def case_of(market: Market) -> Case:
    """The network with the market's load."""
    case = load_case(market.network)
    return replace(case, load_mw=market.load_scale * case.load_mw)


@cache
def network(name: str) -> Grid:
    """The linear network of a case, its reference weighted by load."""
    case = load_case(name)
    weights = case.load_mw / case.load_mw.sum()
    return Grid(case.from_bus, case.to_bus, case.susceptance, weights)


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
