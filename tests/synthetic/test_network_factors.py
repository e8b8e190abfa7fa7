"""Shift factors by hand, against the network without the branch, and over the reference."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic.network.case import load_case
from synthetic.network.factors import Grid, pairs

THIRD = 1 / 3


def triangle(*more: tuple[int, int], weights=(0.0, 0.0, 1.0)) -> Grid:
    """Lines 0-1, 1-2 and 0-2 of equal reactance, and `more`; the reference at bus 2."""
    ends = np.array([(0, 1), (1, 2), (0, 2), *more])
    return Grid(ends[:, 0], ends[:, 1], np.full(len(ends), 10.0), np.array(weights))


@cache
def texas() -> Grid:
    case = load_case("activsg2000")
    weights = case.load_mw / case.load_mw.sum()
    return Grid(case.from_bus, case.to_bus, case.susceptance, weights)


def without(grid: Grid, branch: int) -> Grid:
    ends = (np.delete(part, branch) for part in (grid.from_bus, grid.to_bus, grid.susceptance))
    return Grid(*ends, grid.weights)


def test_triangle_by_hand():
    # from 0 to 2 two thirds go the short way, one third over 1
    by_hand = [[THIRD, -THIRD, 0], [THIRD, 2 * THIRD, 0], [2 * THIRD, THIRD, 0]]
    assert triangle().ptdf == pytest.approx(np.array(by_hand), abs=1e-12)


def test_the_reference_takes_what_is_injected():
    grid = triangle(weights=(0.5, 0.5, 0.0))
    # half of a MW at 2 goes to 0 and half to 1: none between those
    assert grid.ptdf[:, 2] == pytest.approx([0, -0.5, -0.5])
    assert grid.ptdf @ grid.weights == pytest.approx(np.zeros(3), abs=1e-15)
    assert np.abs(texas().ptdf @ texas().weights).max() < 1e-12


def test_outage_shares_by_hand():
    usable, shares = triangle().outage_shares(np.array([2]))
    # all of it goes over 1 instead
    assert usable.tolist() == [2]
    assert shares[:, 0] == pytest.approx([1, 1, -1])
    # of two lines side by side the other takes what the triangle does not: 1 / (1 + 1/2)
    _, shares = triangle((0, 1)).outage_shares(np.array([0]))
    assert shares[:, 0] == pytest.approx([-1, -THIRD, THIRD, 2 * THIRD])


def test_an_outage_that_splits_the_network_is_none():
    grid = triangle((2, 3), weights=(0.0, 0.0, 0.5, 0.5))
    usable, shares = grid.outage_shares(np.arange(4))
    assert usable.tolist() == [0, 1, 2]
    assert shares.shape == (4, 3)
    assert grid.outage_shares(np.array([3]))[1].shape == (4, 0)


def test_pairs_keep_what_an_outage_moves():
    grid = triangle((0, 1))
    found = pairs(grid, np.array([0]), least=0.5)
    assert list(zip(found.branch, found.outage, strict=True)) == [
        (0, -1),
        (1, -1),
        (2, -1),
        (3, -1),
        (3, 0),
    ]
    flow = np.array([6.0, 1.0, 2.0, 4.0])
    assert found.flows(flow) == pytest.approx([6, 1, 2, 4, 4 + 6 * 2 / 3])
    row = found.rows(grid.ptdf, np.array([4]))
    assert row[0] == pytest.approx(grid.ptdf[3] + 2 / 3 * grid.ptdf[0])


def test_flows_of_injections():
    rng = np.random.default_rng(3)
    injection = rng.standard_normal(2000)
    injection -= injection.mean()
    assert texas().flows(injection) == pytest.approx(texas().ptdf @ injection, abs=1e-9)


@pytest.mark.parametrize("place", [0, 700, 1500])
def test_pair_rows_are_those_of_the_network_without_the_branch(place: int):
    grid, case = texas(), load_case("activsg2000")
    usable, _ = grid.outage_shares(case.outages)
    out = int(usable[place])
    found = pairs(grid, np.array([out]), least=0.0)
    under_outage = np.flatnonzero(found.outage == out)
    order = under_outage[np.argsort(found.branch[under_outage])]
    others = np.delete(np.arange(len(case.from_bus)), out)
    rows = found.rows(grid.ptdf, order[np.isin(found.branch[order], others)])
    assert np.abs(rows - without(grid, out).ptdf).max() <= 1e-9


@st.composite
def networks(draw):
    """A ring of 4 to 8 buses with chords, so that each single outage leaves it whole."""
    size = draw(st.integers(4, 8))
    bus = st.integers(0, size - 1)
    chords = draw(st.lists(st.tuples(bus, bus).filter(lambda c: c[0] != c[1]), max_size=5))
    ends = np.array([(i, (i + 1) % size) for i in range(size)] + chords)
    reactance = draw(st.lists(st.floats(0.01, 1), min_size=len(ends), max_size=len(ends)))
    weights = np.array(draw(st.lists(st.floats(0.1, 1), min_size=size, max_size=size)))
    grid = Grid(ends[:, 0], ends[:, 1], 100 / np.array(reactance), weights / weights.sum())
    return grid, draw(st.integers(0, len(ends) - 1))


@settings(deadline=None, max_examples=60)
@given(networks())
def test_outage_shares_of_any_network(drawn):
    grid, out = drawn
    usable, shares = grid.outage_shares(np.array([out]))
    assert usable.tolist() == [out]
    rows = np.delete(grid.ptdf + shares * grid.ptdf[out], out, axis=0)
    assert rows == pytest.approx(without(grid, out).ptdf, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(networks())
def test_flows_leave_each_bus_with_what_is_injected(drawn):
    grid, _ = drawn
    incidence = np.zeros((len(grid.susceptance), len(grid.weights)))
    branch = np.arange(len(grid.susceptance))
    incidence[branch, grid.from_bus], incidence[branch, grid.to_bus] = 1, -1
    taken = np.eye(len(grid.weights)) - grid.weights[:, None]
    assert incidence.T @ grid.ptdf == pytest.approx(taken, abs=1e-9)
