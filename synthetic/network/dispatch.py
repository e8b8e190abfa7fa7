"""Security-constrained dispatch of one interval after the other, and its prices.

    min   offers' g + VOLL shed + caps' slack
    s.t.  sum(g) + shed = sum(D)                                  price of energy, lambda
          sign_k H_k (g - D) - slack_k <= limit_k                 shadow price, mu_k >= 0

where H_k is the row of shift factors of a (branch | outage) pair. Rows are added when a flow
exceeds its limit, and stay for the following intervals. The reference is weighted by load and shed
load is spread by the same weights, so that it appears in no row. The price at bus n is
lambda - sum_k mu_k sign_k H_kn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import highspy
import numpy as np

from synthetic.network.factors import Grid, Pairs

LOST_LOAD = 5000.0  # $/MWh
TOLERANCE = 1e-5  # MW by which a flow may exceed its limit
ROUNDS = 60


class Interval(NamedTuple):
    """What one interval offers and wants.

    offered_mw: `[U, S]`, upper end of each step. demand_mw: `[N]`, net of what is not offered.
    """

    offered_mw: np.ndarray
    demand_mw: np.ndarray


class Solved(NamedTuple):
    """Dispatch of one interval: steps `[U * S]`, flows `[L]`, shadow prices of the rows so far."""

    energy_price: float
    step_mw: np.ndarray
    shed_mw: float
    flow_mw: np.ndarray
    shadow_price: np.ndarray


@dataclass(frozen=True, eq=False)
class Result:
    """Dispatch of T intervals, of which K (pair, direction) bind in some.

    Attributes:
        energy_price: price at the reference, `[T]`, $/MWh.
        step_mw: accepted of each step, `[U, S, T]`.
        shed_mw: `[T]`.
        flow_mw: of each branch, `[L, T]`.
        pair: place in the pairs, `[K]`.
        sign: 1 for a limit from from-bus to to-bus, -1 for one against it, `[K]`.
        shadow_price: `[K, T]`, 0 where not binding.
        slack_mw: flow above the limit, `[K, T]`.
        solves: how many programs were solved.
    """

    energy_price: np.ndarray
    step_mw: np.ndarray
    shed_mw: np.ndarray
    flow_mw: np.ndarray
    pair: np.ndarray
    sign: np.ndarray
    shadow_price: np.ndarray
    slack_mw: np.ndarray
    solves: int

    @property
    def output_mw(self) -> np.ndarray:
        """`[U, T]`."""
        return self.step_mw.sum(axis=1)


class Dispatcher:
    """A linear program that keeps its rows and its basis from interval to interval.

    Args:
        grid, pairs: the network and what is watched in it.
        limit_mw: of each pair, `[P]`.
        cap: price of exceeding each pair's limit, `[P]`, $/MWh.
        unit_bus: `[U]`.
        price: of each step, `[U, S]`, $/MWh, rising.
    """

    def __init__(
        self,
        grid: Grid,
        pairs: Pairs,
        limit_mw: np.ndarray,
        cap: np.ndarray,
        unit_bus: np.ndarray,
        price: np.ndarray,
    ):
        self._grid, self._pairs = grid, pairs
        self._limit, self._cap = limit_mw, cap
        self._unit_bus, self._price = unit_bus, price
        self._steps = price.size
        self._column_bus = np.repeat(unit_bus, price.shape[1])
        self._row_of: dict[tuple[int, int], int] = {}
        self._factors = np.zeros((0, len(grid.weights)))
        self.solves = 0
        self._program = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("presolve", "off"),
            ("solver", "simplex"),
        ):
            self._program.setOptionValue(option, value)
        none = np.zeros(0, np.int32)
        self._program.addRows(1, [0.0], [0.0], 0, np.zeros(1, np.int32), none, np.zeros(0))
        columns = self._steps + 1
        self._program.addCols(
            columns,
            np.append(price.ravel(), LOST_LOAD),
            np.zeros(columns),
            np.append(np.zeros(self._steps), highspy.kHighsInf),
            columns,
            np.arange(columns, dtype=np.int32),
            np.zeros(columns, np.int32),
            np.ones(columns),
        )

    def _add(self, found: list[tuple[int, int]]) -> None:
        """Rows with their slacks for (pair, sign)."""
        which = np.array([pair for pair, _ in found])
        signs = np.array([sign for _, sign in found], float)
        rows = signs[:, None] * self._pairs.rows(self._grid.ptdf, which)
        first = self._program.getNumRow()
        count, width = len(found), self._steps
        self._program.addRows(
            count,
            np.full(count, -highspy.kHighsInf),
            np.zeros(count),
            count * width,
            np.arange(0, count * width, width, dtype=np.int32),
            np.tile(np.arange(width, dtype=np.int32), count),
            rows[:, self._column_bus].ravel(),
        )
        self._program.addCols(
            count,
            self._cap[which],
            np.zeros(count),
            np.full(count, highspy.kHighsInf),
            count,
            np.arange(count, dtype=np.int32),
            np.arange(first, first + count, dtype=np.int32),
            np.full(count, -1.0),
        )
        self._row_of |= {key: len(self._row_of) + i for i, key in enumerate(found)}
        self._factors = np.vstack([self._factors, rows])

    def _set_limits(self, demand: np.ndarray, first: int) -> None:
        """Right-hand sides of the rows from `first` on."""
        keys = list(self._row_of)[first:]
        limit = self._limit[[pair for pair, _ in keys]] + self._factors[first:] @ demand
        self._program.changeRowsBounds(
            len(keys),
            np.arange(first + 1, first + 1 + len(keys), dtype=np.int32),
            np.full(len(keys), -highspy.kHighsInf),
            limit,
        )

    def _exceeding(self, flow: np.ndarray, most: int) -> list[tuple[int, int]]:
        """Pairs without a row whose flow exceeds the limit, the worst `most` of each branch."""
        pair_flow = self._pairs.flows(flow)
        excess = np.abs(pair_flow) - self._limit
        over = np.flatnonzero(excess > TOLERANCE)
        over = over[np.argsort(-excess[over], kind="stable")]
        taken: dict[tuple[int, int], int] = {}
        found = []
        for pair in over.tolist():
            key = pair, 1 if pair_flow[pair] > 0 else -1
            branch = int(self._pairs.branch[pair]), key[1]
            if key not in self._row_of and taken.get(branch, 0) < most:
                taken[branch] = taken.get(branch, 0) + 1
                found.append(key)
        return found

    def solve(self, interval: Interval) -> Solved:
        """Dispatch one interval.

        Raises RuntimeError if the program has no solution.
        """
        demand = interval.demand_mw
        steps = np.arange(self._steps, dtype=np.int32)
        offered = interval.offered_mw.ravel()
        self._program.changeColsBounds(self._steps, steps, np.zeros(self._steps), offered)
        total = float(demand.sum())
        self._program.changeRowBounds(0, total, total)
        if self._row_of:
            self._set_limits(demand, 0)
        for number in range(ROUNDS):
            self._program.run()
            self.solves += 1
            if self._program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                status = self._program.modelStatusToString(self._program.getModelStatus())
                raise RuntimeError(f"the dispatch has no solution ({status}): demand {total} MW")
            solution = self._program.getSolution()
            values = np.array(solution.col_value)
            accepted, shed = values[: self._steps], values[self._steps]
            injection = np.bincount(self._column_bus, accepted, len(demand))
            flow = self._grid.flows(injection - demand + shed * self._grid.weights)
            # one or two rows of a branch mostly keep its other pairs
            found = self._exceeding(flow, 2 + number)
            if not found:
                duals = np.array(solution.row_dual)
                shadow = np.maximum(-duals[1:], 0.0)
                return Solved(float(duals[0]), accepted, float(shed), flow, shadow)
            first = len(self._row_of)
            self._add(found)
            self._set_limits(demand, first)
        raise RuntimeError(f"flows still exceed limits after {ROUNDS} rounds of added rows")

    def run(self, intervals: list[Interval]) -> Result:
        """Dispatch `intervals` one after the other."""
        solved = [self.solve(interval) for interval in intervals]
        keys = list(self._row_of)
        shadow = np.zeros((len(keys), len(solved)))
        for t, part in enumerate(solved):
            shadow[: len(part.shadow_price), t] = part.shadow_price
        flow = np.array([part.flow_mw for part in solved]).T
        bound = np.flatnonzero((shadow > 0).any(axis=1))
        pair = np.array([keys[k][0] for k in bound], int)
        sign = np.array([keys[k][1] for k in bound], int)
        reached = sign[:, None] * self._pairs.flows_of(pair, flow)
        shape = (*self._price.shape, len(solved))
        return Result(
            energy_price=np.array([part.energy_price for part in solved]),
            step_mw=np.array([part.step_mw for part in solved]).T.reshape(shape),
            shed_mw=np.array([part.shed_mw for part in solved]),
            flow_mw=flow,
            pair=pair,
            sign=sign,
            shadow_price=shadow[bound],
            slack_mw=np.clip(reached - self._limit[pair][:, None] - TOLERANCE, 0, None),
            solves=self.solves,
        )


def nodal_prices(
    grid: Grid, pairs: Pairs, result: Result, buses: np.ndarray | slice = slice(None)
) -> np.ndarray:
    """Prices at `buses`, `[len(buses), T]`, $/MWh."""
    rows = result.sign[:, None] * pairs.rows(grid.ptdf, result.pair)[:, buses]
    return result.energy_price - rows.T @ result.shadow_price
