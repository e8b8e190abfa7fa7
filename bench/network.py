"""The dispatch of the network market against PyPSA, pandapower and one angle-form program.

    pip install pypsa pandapower
    python bench/network.py

One summer day of the `ci` market, contingencies from 230 kV on, an interval an hour. Limits:

- shift factors as pandapower's and PyPSA's to 1e-10;
- prices and cost of an hour without contingencies as PyPSA's to 1e-6 $/MWh and 1e-8;
- median time of an interval with contingencies 1/100 of PyPSA's for that one hour without any
  (model and solution), and half of one cold program with angles in SciPy without any.

Times are of one thread. Exits 1 when a limit is missed, 2 where a peer is not installed.
"""

from __future__ import annotations

import logging
import statistics
import sys
from datetime import date
from time import perf_counter

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_matrix, diags_array

from synthetic.network.dispatch import Dispatcher, Interval, nodal_prices
from synthetic.network.factors import pairs
from synthetic.network.inputs import STEPS
from synthetic.network.market import NetworkDay
from synthetic.network.settings import caps, network
from synthetic.network.states import hourly

try:
    import pypsa
    from pandapower.pypower.makePTDF import makePTDF
except ImportError as missing:
    print(f"{missing.name} is not installed: pip install pypsa pandapower")
    sys.exit(2)

PYPSA_LIMIT, COLD_LIMIT, ROUNDS = 1 / 100, 0.5, 3
PEAK = 17


def check(what: str, value: float, limit: float) -> bool:
    good = value <= limit
    print(f"{what}: {value:.2g} (limit {limit:g}): {'ok' if good else 'MISSED'}", flush=True)
    return good


def angle_form(day: NetworkDay, limit: np.ndarray, interval: Interval) -> tuple[float, float]:
    """Cost of an interval without contingencies, and the seconds that it takes from nothing."""
    case = day.case
    branches, buses = len(case.from_bus), len(case.load_mw)
    start = perf_counter()
    ends = np.column_stack([case.from_bus, case.to_bus]).ravel()
    incidence = csr_matrix(
        (np.tile([1.0, -1.0], branches), (np.repeat(np.arange(branches), 2), ends)),
        (branches, buses),
    )
    flow = diags_array(case.susceptance) @ incidence
    steps = day.offers.size
    owner = np.repeat(case.unit_bus, day.offers.shape[1])
    at = csr_matrix((np.ones(steps), (owner, np.arange(steps))), (buses, steps))
    none = csr_matrix((branches, steps))
    output = np.column_stack([np.zeros(steps), interval.offered_mw.ravel()])
    angle = np.tile([-np.inf, np.inf], (buses, 1))
    angle[0] = 0
    found = linprog(
        np.append(day.offers.ravel(), np.zeros(buses)),
        A_eq=block_array([[at, -incidence.T @ flow]]),
        b_eq=interval.demand_mw,
        A_ub=block_array([[none, flow], [none, -flow]]),
        b_ub=np.tile(limit, 2),
        bounds=np.vstack([output, angle]),
        method="highs-ds",
    )
    if found.fun is None:
        raise RuntimeError(f"the angle form has no solution: {found.message}")
    return found.fun, perf_counter() - start


def pypsa_network(day: NetworkDay, limit: np.ndarray, interval: Interval) -> pypsa.Network:
    """The network of an hour; branches are lines of 1 kV, so that x is one over the susceptance."""
    case = day.case
    net = pypsa.Network()
    buses = [str(i) for i in range(len(case.kv))]
    net.add("Bus", buses, v_nom=1.0)
    lines = [f"L{i}" for i in range(len(limit))]
    net.add(
        "Line",
        lines,
        bus0=case.from_bus.astype(str),
        bus1=case.to_bus.astype(str),
        x=1 / case.susceptance,
        s_nom=limit,
    )
    steps = [f"G{u}_{s}" for u in range(len(case.fuel)) for s in range(len(STEPS))]
    net.add(
        "Generator",
        steps,
        bus=np.repeat(case.unit_bus, len(STEPS)).astype(str),
        p_nom=interval.offered_mw.ravel(),
        marginal_cost=day.offers.ravel(),
    )
    net.add("Load", [f"D{b}" for b in buses], bus=buses, p_set=interval.demand_mw)
    return net


def shift_factors(day: NetworkDay, net: pypsa.Network) -> tuple[float, float]:
    """Greatest difference from pandapower's and from PyPSA's factors, with bus 0 as reference."""
    case = day.case
    own = network(day.settings.network).ptdf
    own = own - own[:, :1]
    bus = np.zeros((len(case.kv), 13))
    bus[:, 0] = np.arange(len(case.kv))
    branch = np.zeros((len(case.from_bus), 13))
    branch[:, 0], branch[:, 1], branch[:, 10] = case.from_bus, case.to_bus, 1
    branch[:, 3] = 100 / case.susceptance
    theirs = makePTDF(100.0, bus, branch, slack=0, using_sparse_solver=True)
    net.determine_network_topology()
    sub = net.sub_networks.obj.iloc[0]
    sub.calculate_PTDF()
    place = sub.buses_o.astype(int).to_numpy()
    lines = [int(name[1:]) for _, name in sub.branches().index]
    other = np.zeros_like(own)
    other[np.ix_(lines, place)] = np.asarray(sub.PTDF)
    other -= other[:, :1]
    return np.abs(own - theirs).max(), np.abs(own - other).max()


def main() -> bool:
    for name in ("pypsa", "linopy"):
        logging.getLogger(name).setLevel(logging.ERROR)
    day = NetworkDay(7, date(2026, 6, 15), 10, "ci")
    case, grid = day.case, network(day.settings.network)
    available, demand = hourly(day.state.available_mw), hourly(day.state.demand_mw)
    hours = [Interval(a[:, None] * STEPS, d) for a, d in zip(available.T, demand.T, strict=True)]
    alone = pairs(grid, np.zeros(0, int), least=1.0)
    limit = day.limit_mw[: len(case.from_bus)]
    # tighter than the market's, so that some lines bind without contingencies too
    tight = np.where(case.branch_kv > 100, 0.75, 1.0) * limit

    good = True
    net = pypsa_network(day, tight, hours[PEAK])
    start = perf_counter()
    status, _ = net.optimize(
        solver_name="highs", output_flag=False, include_objective_constant=False
    )
    pypsa_seconds = perf_counter() - start
    if status != "ok":
        raise RuntimeError(f"PyPSA found no solution: {status}")
    cap = np.full(len(tight), 1e5)
    result = Dispatcher(grid, alone, tight, cap, case.unit_bus, day.offers).run([hours[PEAK]])
    prices = nodal_prices(grid, alone, result)[:, 0]
    theirs = net.buses_t.marginal_price.to_numpy()[0]
    cost = float((day.offers * result.step_mw[:, :, 0]).sum())
    print(f"{(result.shadow_price > 0).sum()} lines bind, slack {result.slack_mw.max(initial=0)}")
    good &= check("price, difference from PyPSA", np.abs(prices - theirs).max(), 1e-6)
    good &= check("cost, difference from PyPSA", abs(cost / net.objective - 1), 1e-8)
    cold_cost, _ = angle_form(day, tight, hours[PEAK])
    good &= check("cost, difference from the angle form", abs(cost / cold_cost - 1), 1e-8)
    for name, difference in zip(("pandapower", "PyPSA"), shift_factors(day, net), strict=True):
        good &= check(f"shift factors, difference from {name}", difference, 1e-10)

    where = day.settings.network, day.settings.least_kv
    intervals, colds = [], []
    for _ in range(ROUNDS):
        program = Dispatcher(grid, day.pairs, day.limit_mw, caps(*where), case.unit_bus, day.offers)
        for hour in hours:
            start = perf_counter()
            program.solve(hour)
            intervals.append(perf_counter() - start)
        colds += [angle_form(day, limit, hours[h])[1] for h in (3, 10, PEAK)]
    interval, cold = statistics.median(intervals), statistics.median(colds)
    print(
        f"interval {1000 * interval:.1f} ms (slowest {1000 * max(intervals):.0f}), cold angle form "
        f"{1000 * cold:.0f} ms, PyPSA {pypsa_seconds:.2f} s"
    )
    good &= check("interval / PyPSA", interval / pypsa_seconds, PYPSA_LIMIT)
    good &= check("interval / cold angle form", interval / cold, COLD_LIMIT)
    return good


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
