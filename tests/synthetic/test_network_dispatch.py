"""Dispatch by hand, against the program with angles, and against itself with other demand."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_matrix, diags_array

from synthetic.network.case import load_case, zone_loads
from synthetic.network.dispatch import LOST_LOAD, Dispatcher, Interval, Result, nodal_prices
from synthetic.network.factors import Grid, Pairs, pairs

CAP = 4500.0
STEPS = np.array([0.6, 0.25, 0.15])


def solve(grid, found, limit, unit_bus, price, intervals, cap=CAP) -> Result:
    program = Dispatcher(grid, found, limit, np.full(len(limit), cap), unit_bus, price)
    return program.run(intervals)


def two_buses(limits: list[float], demand: float, outages: list[int], cheap: float = 200.0):
    """A cheap unit at bus 0 (10), a dear one at 1 (30, 100 MW), where the demand is; lines beside
    each other."""
    count = len(limits)
    ends = np.zeros(count, int), np.ones(count, int)
    grid = Grid(*ends, np.full(count, 50.0), np.array([0.0, 1.0]))
    found = pairs(grid, np.array(outages, int), least=0.01)
    interval = Interval(np.array([[cheap], [100.0]]), np.array([0.0, demand]))
    limit = np.array(limits)[found.branch]
    price = np.array([[10.0], [30.0]])
    result = solve(grid, found, limit, np.array([0, 1]), price, [interval])
    return result, nodal_prices(grid, found, result)[:, 0]


def test_two_buses_by_hand():
    result, price = two_buses([50.0], demand=80.0, outages=[])
    assert price == pytest.approx([10, 30])
    assert result.output_mw[:, 0] == pytest.approx([50, 30])
    assert result.shadow_price[:, 0] == pytest.approx([20])
    assert result.sign.tolist() == [1]
    # no demand at bus 0: the rent is what demand pays less what units get
    rent = price @ [0, 80] - price @ result.output_mw[:, 0]
    assert rent == pytest.approx(20 * 50)


def test_what_one_of_two_lines_can_carry_alone():
    result, price = two_buses([50.0, 60.0], demand=80.0, outages=[0, 1])
    # the weaker line must bear the loss of the other
    assert result.output_mw[:, 0] == pytest.approx([50, 30])
    assert price == pytest.approx([10, 30])
    free, _ = two_buses([50.0, 60.0], demand=80.0, outages=[])
    assert free.output_mw[:, 0] == pytest.approx([80, 0])
    assert free.shadow_price.shape == (0, 1)


def test_what_cannot_be_kept_costs_its_cap():
    result, price = two_buses([50.0], demand=170.0, outages=[])
    # 100 MW at bus 1 are not enough: 20 MW above the limit at 4,500, dearer than none at 5,000
    assert result.slack_mw[:, 0] == pytest.approx([20], abs=1e-4)
    assert result.shadow_price[:, 0] == pytest.approx([CAP])
    assert price == pytest.approx([10, 10 + CAP])
    assert result.shed_mw == pytest.approx([0])


def test_load_is_shed_when_all_units_are_used():
    result, price = two_buses([1000.0], demand=350.0, outages=[])
    assert result.shed_mw == pytest.approx([50])
    assert price == pytest.approx([LOST_LOAD, LOST_LOAD])


def test_an_interval_is_the_same_after_others():
    case, grid, found, limit, price, intervals = illinois()
    together = solve(grid, found, limit, case.unit_bus, price, intervals)
    alone = solve(grid, found, limit, case.unit_bus, price, intervals[-1:])
    assert together.energy_price[-1] == pytest.approx(alone.energy_price[0])
    assert together.output_mw[:, -1] == pytest.approx(alone.output_mw[:, 0], abs=1e-4)


# Real networks


def steps_of(case, seed: int):
    """Prices of steps that no two units share."""
    rng = np.random.default_rng(seed)
    mark_up = np.cumsum(rng.uniform(0.02, 0.4, (len(case.fuel), 3)), axis=1)
    return (case.cost_linear[:, None] + 2.0) * (1 + mark_up)


def intervals_of(case, level: float, seed: int, count: int) -> list[Interval]:
    rng = np.random.default_rng(seed)
    wind = case.fuel == "wind"
    out = []
    for _ in range(count):
        share = np.where(wind, rng.uniform(0, 1, len(wind)), rng.random(len(wind)) > 0.05)
        demand = level * case.load_mw * np.exp(0.05 * rng.standard_normal(len(case.load_mw)))
        out.append(Interval(case.capacity_mw[:, None] * share[:, None] * STEPS, demand))
    return out


def cut_limits(case, grid, found: Pairs, price, intervals, cut: float, seed: int) -> np.ndarray:
    """Limits cut at random, and raised again where it is dear to keep them."""
    rng = np.random.default_rng(seed)
    share = np.where(case.branch_kv > 100, cut, 0) * rng.random(len(case.limit_mw))
    limit = (case.limit_mw * (1 - share))[found.branch]
    while True:
        result = solve(grid, found, limit, case.unit_bus, price, intervals, cap=300.0)
        over = (result.slack_mw > 0).any(axis=1)
        if not over.any():
            return limit
        limit[result.pair[over]] = 1.05 * (limit[result.pair] + result.slack_mw.max(axis=1))[over]


def grid_of(case) -> Grid:
    weights = case.load_mw / case.load_mw.sum()
    return Grid(case.from_bus, case.to_bus, case.susceptance, weights)


@cache
def illinois():
    case = load_case("activsg200")
    grid = grid_of(case)
    found = pairs(grid, case.outages, least=0.0)
    price, intervals = steps_of(case, 2), intervals_of(case, 1.2, 3, 12)
    limit = cut_limits(case, grid, found, price, intervals, 0.5, seed=1)
    return case, grid, found, limit, price, intervals


@cache
def texas():
    case = load_case("activsg2000")
    grid = grid_of(case)
    found = pairs(grid, case.outages[case.branch_kv[case.outages] >= 230], least=0.02)
    price, intervals = steps_of(case, 5), intervals_of(case, 0.7, 6, 3)
    limit = cut_limits(case, grid, found, price, intervals, 0.2, seed=4)
    return case, grid, found, limit, price, intervals


MARKETS = {"activsg200": illinois, "activsg2000": texas}


def angle_form(case, limit, price, interval):
    """Objective and nodal duals of the program with a balance at each bus and angles."""
    branches, buses = len(case.from_bus), len(case.load_mw)
    rows = np.repeat(np.arange(branches), 2)
    columns = np.column_stack([case.from_bus, case.to_bus]).ravel()
    incidence = csr_matrix((np.tile([1.0, -1.0], branches), (rows, columns)), (branches, buses))
    flow = diags_array(case.susceptance) @ incidence
    owner = np.repeat(case.unit_bus, price.shape[1])
    at = csr_matrix((np.ones(price.size), (owner, np.arange(price.size))), (buses, price.size))
    balance = block_array([[at, -incidence.T @ flow]])
    limits = block_array([[csr_matrix((branches, price.size)), flow]])
    angle = [(None, None)] * buses
    angle[0] = (0, 0)
    found = linprog(
        np.append(price.ravel(), np.zeros(buses)),
        A_eq=balance,
        b_eq=interval.demand_mw,
        A_ub=block_array([[limits], [-limits]]),
        b_ub=np.tile(limit, 2),
        bounds=[(0, high) for high in interval.offered_mw.ravel()] + angle,
        method="highs-ds",
    )
    assert found.status == 0, found.message
    return found.fun, found.eqlin.marginals


def cost(price: np.ndarray, result: Result) -> np.ndarray:
    return np.einsum("us,ust->t", price, result.step_mw) + LOST_LOAD * result.shed_mw


@pytest.mark.parametrize(("name", "cut"), [("activsg200", 0.85), ("activsg2000", 0.5)])
def test_prices_are_the_duals_of_the_angle_form(name: str, cut: float):
    case, grid, _, _, price, intervals = MARKETS[name]()
    alone = pairs(grid, np.zeros(0, int), least=0.02)
    # tight enough that lines bind without outages
    limit = cut_limits(case, grid, alone, price, intervals[:3], cut, seed=7)
    result = solve(grid, alone, limit, case.unit_bus, price, intervals[:3])
    assert not result.slack_mw.any() and (result.shadow_price > 0).sum() >= 6
    prices = nodal_prices(grid, alone, result)
    for t, interval in enumerate(intervals[:3]):
        objective, duals = angle_form(case, limit, price, interval)
        assert cost(price, result)[t] == pytest.approx(objective, rel=1e-8)
        assert np.abs(prices[:, t] - duals).max() <= 1e-6


@pytest.mark.parametrize("name", MARKETS)
def test_prices_lie_between_the_derivatives(name: str):
    case, grid, found, limit, price, intervals = MARKETS[name]()
    one = intervals[-1]
    base = solve(grid, found, limit, case.unit_bus, price, [one])
    assert (base.shadow_price > 0).sum() >= 3
    assert not base.slack_mw.any() and not base.shed_mw.any()
    prices = nodal_prices(grid, found, base)[:, 0]
    rng = np.random.default_rng(8)
    most = int(np.abs(prices - base.energy_price[0]).argmax())
    buses = np.append(rng.choice(len(prices), 39, replace=False), most)
    moved = []
    for bus in buses:
        for mw in (-1e-3, 1e-3):
            demand = one.demand_mw.copy()
            demand[bus] += mw
            moved.append(Interval(one.offered_mw, demand))
    again = solve(grid, found, limit, case.unit_bus, price, moved)
    change = (cost(price, again) - cost(price, base)).reshape(-1, 2) / [-1e-3, 1e-3]
    assert (prices[buses] >= change[:, 0] - 1e-5).all()
    assert (prices[buses] <= change[:, 1] + 1e-5).all()
    # the derivatives say something: nearly all have no kink there
    assert np.mean(change[:, 1] - change[:, 0] < 1e-4) > 0.9


@pytest.mark.parametrize("name", MARKETS)
def test_rent_and_complementarity(name: str):
    case, grid, found, limit, price, intervals = MARKETS[name]()
    result = solve(grid, found, limit, case.unit_bus, price, intervals)
    assert not result.slack_mw.any() and not result.shed_mw.any()
    prices = nodal_prices(grid, found, result)
    demand = np.array([interval.demand_mw for interval in intervals]).T
    paid = (prices * demand).sum(axis=0)
    earned = (prices[case.unit_bus] * result.output_mw).sum(axis=0)
    rent = (result.shadow_price * limit[result.pair][:, None]).sum(axis=0)
    assert np.median(rent) > 1000
    assert paid - earned == pytest.approx(rent, rel=1e-6, abs=1e-6 * rent.max())
    flow = found.flows_of(result.pair, result.flow_mw)
    left = limit[result.pair][:, None] - result.sign[:, None] * flow
    assert np.abs(result.shadow_price * left).max() <= 1e-6 * np.median(rent)
    assert (left >= -1e-5).all()


def test_no_watched_flow_exceeds_its_limit():
    case, grid, found, limit, price, intervals = texas()
    result = solve(grid, found, limit, case.unit_bus, price, intervals)
    for t in range(len(intervals)):
        assert (np.abs(found.flows(result.flow_mw[:, t])) - limit).max() <= 1.1e-5


def test_the_loads_of_2016():
    load = zone_loads()
    assert load.shape == (8, 366, 24)
    total = load.sum(axis=0)
    # 946.9 + 806.8 + 940.1 + 3318.7 + 10047.2 + 5441.9 + 8258.4 + 1467.9
    assert total[0, 0] == pytest.approx(31227.9, abs=0.01)
    assert 23_000 < total.min() < total.max() < 66_400
