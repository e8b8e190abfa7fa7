"""Batteries of a network: where they are, and what they do on the expected net load."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, diags_array, eye_array

from synthetic.network.case import Case
from synthetic.shapes import generator


class Batteries(NamedTuple):
    """B batteries, each `[B]`.

    Stored energy grows by `charge_efficiency` x charge and falls by discharge /
    `discharge_efficiency` and by `auxiliary_mw`. `rest_mwh` is what each day starts and ends with.
    """

    bus: np.ndarray
    power_mw: np.ndarray
    energy_mwh: np.ndarray
    charge_efficiency: np.ndarray
    discharge_efficiency: np.ndarray
    auxiliary_mw: np.ndarray
    rest_mwh: np.ndarray


def roster(seed: int, market: str, case: Case, count: int, largest_mw: float) -> Batteries:
    """`count` batteries at buses of units, at most one at each.

    None has more than half of the units' capacity there: their transformers carry that in both
    directions.
    """
    rng = generator(seed, "network", market, "batteries")
    capacity = np.bincount(case.unit_bus, case.capacity_mw, len(case.kv))
    large = np.flatnonzero(capacity >= 0.5 * largest_mw)
    count = min(count, len(large))
    bus = np.sort(rng.choice(large, count, replace=False))
    power = np.round(rng.uniform(0.1, 1.0, count) * np.minimum(largest_mw, 0.5 * capacity[bus]), 1)
    energy = np.round(power * rng.choice([1, 2, 4], count) * rng.uniform(0.95, 1.05, count), 1)
    return Batteries(
        bus=bus,
        power_mw=power,
        energy_mwh=energy,
        charge_efficiency=np.round(rng.uniform(0.88, 0.96, count), 4),
        discharge_efficiency=np.round(rng.uniform(0.90, 0.97, count), 4),
        auxiliary_mw=np.round(power * rng.uniform(0.001, 0.006, count), 4),
        rest_mwh=energy * rng.uniform(0.35, 0.65, count),
    )


def schedule(seed: int, market: str, fleet: Batteries, net_load: np.ndarray, day: object):
    """Output of each hour of a day, `[B, hours]`, MW, discharge positive.

    Each battery moves energy from hours of low net load to hours of high, as it sees them, and
    keeps within 4 % and 97 % of its capacity.
    """
    hours, count = len(net_load), len(fleet.bus)
    rng = generator(seed, "network", market, "schedules", day)
    seen = net_load / net_load.mean() * (1 + 0.04 * rng.standard_normal((count, hours)))
    usable = fleet.power_mw * rng.uniform(0.6, 1.0, count)
    output = np.zeros((count, hours))
    # columns: charge, discharge and the state at the end of each hour
    step = diags_array([np.ones(hours), -np.ones(hours - 1)], offsets=[0, -1])
    for b in range(count):
        into, out = fleet.charge_efficiency[b], 1 / fleet.discharge_efficiency[b]
        rows = block_array([[-into * eye_array(hours), out * eye_array(hours), step]])
        change = np.full(hours, -fleet.auxiliary_mw[b])
        change[0] += fleet.rest_mwh[b]
        state = np.tile([0.04 * fleet.energy_mwh[b], 0.97 * fleet.energy_mwh[b]], (hours, 1))
        state[-1] = fleet.rest_mwh[b]
        power = np.tile([0.0, usable[b]], (2 * hours, 1))
        found = linprog(
            np.concatenate([seen[b], -seen[b], np.zeros(hours)]),
            A_eq=rows,
            b_eq=change,
            bounds=np.vstack([power, state]),
            method="highs",
        )
        if found.x is None:
            raise RuntimeError(f"battery {b} has no schedule on {day}: {found.message}")
        output[b] = found.x[hours : 2 * hours] - found.x[:hours]
    return output


def stored(fleet: Batteries, output: np.ndarray, hours: float) -> np.ndarray:
    """Stored energy before each step of `hours` and after the last, `[B, T + 1]`, MWh.

    Output is held over the step.
    """
    charge, discharge = np.clip(-output, 0, None), np.clip(output, 0, None)
    change = charge * fleet.charge_efficiency[:, None]
    change -= discharge / fleet.discharge_efficiency[:, None] + fleet.auxiliary_mw[:, None]
    moved = np.cumsum(change * hours, axis=1)
    return fleet.rest_mwh[:, None] + np.pad(moved, ((0, 0), (1, 0)))
