"""Capacity beside energy: awards from what energy leaves, and the adder of scarce reserves.

Energy clears first. Dispatch commits nothing and runs few units where load is low; an operator
would not rely on so few: where those that run have too little to spare, the cheapest of the others
are brought on line too. One after the other, each service then takes, cheapest first, headroom of
units that run, output that they give up (at what it would have earned), and units that stand still;
such as are not on line only for services that let them. The adder looks at the same units.

Source of the adder: W. W. Hogan, "Electricity Scarcity Pricing through Operating Reserves",
Economics of Energy & Environmental Policy 2(2), 2013, as ERCOT has it: one half for what is on line
within half an hour, one for all that is there within an hour.
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
# unit that is not on line may provide it.
SERVICES = {
    "REGUP": (0.008, False),
    "RRS": (0.035, False),
    "ECRS": (0.025, True),
    "NSPIN": (0.045, True),
}
REGDN = 0.006
UPWARD = sum(share for share, _ in SERVICES.values())
ABLE = 0.2  # share of its capacity that a unit can offer
# Shares of the peak load: reserves below which load is shed, and mean and spread of what is lost of
# them within an hour.
LEAST, LOST, LOST_SPREAD = 0.035, 0.035, 0.022


class Units(NamedTuple):
    """U units in T intervals.

    able_mw: `[U, 1]`. output_mw, headroom_mw: `[U, T]`. marginal: price of the last accepted step,
    or of the first where there is none, `[U, T]`. small_offer: `[U, 1]`, $/MW. is_quick: can start
    within half an hour, `[U, 1]`.
    """

    able_mw: np.ndarray
    output_mw: np.ndarray
    headroom_mw: np.ndarray
    marginal: np.ndarray
    small_offer: np.ndarray
    is_quick: np.ndarray

    @property
    def runs(self) -> np.ndarray:
        """`[U, T]`."""
        return self.output_mw > 1e-6

    @property
    def start_cost(self) -> np.ndarray:
        """What a unit that stands still asks for capacity, `[U, T]`, $/MW."""
        return self.small_offer + 0.2 * np.clip(self.marginal, 0, None)


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
        # the disclosures too take all gas units for turbines of a simple cycle
        is_quick=(case.fuel == "ng")[:, None],
    )


def online(found: Units, peak_mw: float) -> np.ndarray:
    """Units on line, `[U, T]`: those that run, and others until all services can be had from them.

    The cheapest capacity comes first, unit by unit, and none that has nothing to offer.
    """
    runs = found.runs
    offered = np.minimum(found.headroom_mw, found.able_mw)
    order = np.argsort(np.where(runs, -np.inf, found.start_cost), axis=0, kind="stable")
    sorted_mw = np.take_along_axis(offered, order, axis=0)
    before = np.empty_like(offered)
    np.put_along_axis(before, order, np.cumsum(sorted_mw, axis=0) - sorted_mw, axis=0)
    return runs | ((before < UPWARD * peak_mw) & (offered > 0))


def requirements(peak_mw: float, has_ecrs: bool) -> dict[str, float]:
    """MW of each service."""
    needed = {name: share * peak_mw for name, (share, _) in SERVICES.items()}
    if not has_ecrs:
        needed["RRS"] += needed.pop("ECRS")
    return {"REGDN": REGDN * peak_mw, **needed}


def clear(
    found: Units, is_online: np.ndarray, energy_price: np.ndarray, needed: dict[str, float]
) -> dict[str, Cleared]:
    """Awards and prices by service. is_online, energy_price (at each unit's bus): `[U, T]`.

    Where offers do not suffice the price is that of the dearest, and less than needed is awarded.
    """
    runs = found.runs
    earned = np.clip(energy_price - found.marginal, 0, None)
    start = found.start_cost
    # blocks: headroom of units that run, output given up, units that stand still, on line and not
    free = np.where(runs, np.minimum(found.headroom_mw, found.able_mw), 0)
    given = np.where(runs, np.minimum(found.output_mw, found.able_mw - free), 0)
    still = np.where(runs, 0, np.minimum(found.headroom_mw, found.able_mw))
    cost = np.stack([found.small_offer + 0 * earned, found.small_offer + earned, start, start])
    left = np.stack([free, given, still * is_online, still * ~is_online])
    down = np.where(runs, np.minimum(found.output_mw, found.able_mw), 0)
    lost = np.clip(found.marginal - energy_price, 0, None) + found.small_offer
    out = {"REGDN": _merit(lost[None], down[None], needed["REGDN"])}
    for name, mw in needed.items():
        if name != "REGDN":
            blocks = 4 if SERVICES[name][1] else 3
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


def reserves(found: Units, is_online: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What could still be produced, `[T]`, MW: by units on line, and by quick ones that are not."""
    off = found.is_quick & ~is_online
    return tuple((found.headroom_mw * part).sum(axis=0) for part in (is_online, off))


def adder(
    online_mw: np.ndarray, quick_mw: np.ndarray, energy_price: np.ndarray, peak_mw: float
) -> np.ndarray:
    """Value of lost load times the chance to lose it, `[T]`, $/MWh; below a cent it is nothing.

    Half for the next thirty minutes, which units on line have to meet, and half for the hour.
    """
    short = (LEAST + LOST / 2) * peak_mw - online_mw
    half_hour = ndtr(short / (np.sqrt(0.5) * LOST_SPREAD * peak_mw))
    short = (LEAST + LOST) * peak_mw - online_mw - quick_mw
    hour = ndtr(short / (LOST_SPREAD * peak_mw))
    value = np.clip(LOST_LOAD - energy_price, 0, None) * (half_hour + hour) / 2
    return np.where(value < 0.01, 0.0, value)
