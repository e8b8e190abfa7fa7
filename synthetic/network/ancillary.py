"""Capacity beside energy: awards from what energy leaves, and the adder of scarce reserves.

Energy clears first. One after the other, each service then takes, cheapest first, headroom of units
that run, output that they give up (at what it would have earned), and units that stand still.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from synthetic.network.case import Case
from synthetic.network.dispatch import LOST_LOAD, Result
from synthetic.network.inputs import STEPS, THERMAL
from synthetic.shapes import generator

# Share of the peak load that each service needs, in the order in which they clear, and whether a
# unit that stands still may provide it.
SERVICES = {
    "REGUP": (0.008, False),
    "RRS": (0.035, False),
    "ECRS": (0.025, True),
    "NSPIN": (0.045, True),
}
REGDN = 0.006
ABLE = 0.2  # share of its capacity that a unit can offer
# Reserves at which the chance to lose load is one half, and their spread: shares of the peak load.
SCARCE, SCARCE_SPREAD = 0.07, 0.022


class Units(NamedTuple):
    """U units in T intervals.

    able_mw: `[U, 1]`. output_mw, headroom_mw: `[U, T]`. marginal: price of the last accepted step,
    or of the first where there is none, `[U, T]`. small_offer: `[U, 1]`, $/MW.
    """

    able_mw: np.ndarray
    output_mw: np.ndarray
    headroom_mw: np.ndarray
    marginal: np.ndarray
    small_offer: np.ndarray


class Cleared(NamedTuple):
    """price: `[T]`, $/MW, cents. award_mw: `[U, T]`."""

    price: np.ndarray
    award_mw: np.ndarray


def units(
    seed: int,
    market: str,
    case: Case,
    offers: np.ndarray,
    available_mw: np.ndarray,
    result: Result,
) -> Units:
    """What units can offer; wind, sun and nuclear units offer nothing."""
    is_able = np.isin(case.fuel, (*THERMAL, "hydro")) & (case.fuel != "nuclear")
    output = result.output_mw
    last = np.clip((result.step_mw > 1e-6).sum(axis=1) - 1, 0, len(STEPS) - 1)
    rng = generator(seed, "network", market, "capacity offers")
    return Units(
        able_mw=ABLE * (case.capacity_mw * is_able)[:, None],
        output_mw=output,
        headroom_mw=np.clip(available_mw - output, 0, None) * is_able[:, None],
        marginal=np.take_along_axis(offers, last, axis=1),
        small_offer=0.3 + 2.7 * rng.random((len(case.fuel), 1)),
    )


def requirements(peak_mw: float, has_ecrs: bool) -> dict[str, float]:
    """MW of each service."""
    needed = {name: share * peak_mw for name, (share, _) in SERVICES.items()}
    if not has_ecrs:
        needed["RRS"] += needed.pop("ECRS")
    return {"REGDN": REGDN * peak_mw, **needed}


def clear(found: Units, energy_price: np.ndarray, needed: dict[str, float]) -> dict[str, Cleared]:
    """Awards and prices by service. energy_price: at each unit's bus, `[U, T]`.

    Where offers do not suffice the price is that of the dearest, and less than needed is awarded.
    """
    runs = found.output_mw > 1e-6
    earned = np.clip(energy_price - found.marginal, 0, None)
    start = found.small_offer + 0.2 * np.clip(found.marginal, 0, None)
    # blocks: headroom of units that run, output given up, units that stand still
    free = np.where(runs, np.minimum(found.headroom_mw, found.able_mw), 0)
    given = np.where(runs, np.minimum(found.output_mw, found.able_mw - free), 0)
    still = np.where(runs, 0, np.minimum(found.headroom_mw, found.able_mw))
    cost = np.stack([found.small_offer + 0 * earned, found.small_offer + earned, start])
    left = np.stack([free, given, still])
    down = np.where(runs, np.minimum(found.output_mw, found.able_mw), 0)
    lost = np.clip(found.marginal - energy_price, 0, None) + found.small_offer
    out = {"REGDN": _merit(lost[None], down[None], needed["REGDN"])}
    for name, mw in needed.items():
        if name != "REGDN":
            blocks = 3 if SERVICES[name][1] else 2
            out[name] = _merit(cost[:blocks], left[:blocks], mw)
    return {name: Cleared(price, award.sum(axis=0)) for name, (price, award) in out.items()}


def _merit(cost: np.ndarray, left: np.ndarray, needed: float) -> tuple[np.ndarray, np.ndarray]:
    """Price, `[T]`, and awards, `[blocks, U, T]`; what is awarded is taken off `left`."""
    shape = left.shape
    flat_cost, flat = cost.reshape(-1, shape[-1]), left.reshape(-1, shape[-1])
    order = np.argsort(flat_cost, axis=0, kind="stable")
    offered = np.take_along_axis(flat, order, axis=0)
    before = np.cumsum(offered, axis=0) - offered
    taken = np.clip(needed - before, 0, offered)
    price = np.max(np.take_along_axis(flat_cost, order, axis=0) * (taken > 0), axis=0, initial=0)
    award = np.zeros_like(flat)
    np.put_along_axis(award, order, taken, axis=0)
    award = award.reshape(shape)
    left -= award
    return np.round(price, 2), award


def online_headroom(found: Units) -> np.ndarray:
    """What units that run could still produce, `[T]`, MW."""
    return np.where(found.output_mw > 1e-6, found.headroom_mw, 0).sum(axis=0)


def adder(headroom: np.ndarray, energy_price: np.ndarray, peak_mw: float) -> np.ndarray:
    """Value of lost load times the chance to lose it, by reserves; below a cent it is nothing."""
    chance = ndtr((SCARCE * peak_mw - headroom) / (SCARCE_SPREAD * peak_mw))
    value = np.clip(LOST_LOAD - energy_price, 0, None) * chance / 2
    return np.where(value < 0.01, 0.0, value)
