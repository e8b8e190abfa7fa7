"""Shift factors: what an injection does to a flow, with all branches there and with one out.

MATPOWER User's Manual, section 4.5; Guo et al., "Direct Calculation of Line Outage Distribution
Factors", IEEE Trans. Power Systems 24(3), 2009. Flows are positive from a branch's from-bus.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix
from scipy.sparse.linalg import SuperLU, splu

# An outage that leaves less of the branch's own flow than this splits the network.
ISLANDING = 1e-6


@dataclass(frozen=True, eq=False)
class Grid:
    """The linear network of L branches and N buses.

    Attributes:
        from_bus, to_bus: `[L]`, counted from 0.
        susceptance: MW per radian, `[L]`.
        weights: share of each bus in the reference, `[N]`, sum 1.
    """

    from_bus: np.ndarray
    to_bus: np.ndarray
    susceptance: np.ndarray
    weights: np.ndarray

    @cached_property
    def _flow_by_angle(self) -> csr_matrix:
        """`[L, N]`."""
        branches = np.arange(len(self.susceptance))
        shape = len(branches), len(self.weights)
        rows = np.concatenate([branches, branches])
        columns = np.concatenate([self.from_bus, self.to_bus])
        values = np.concatenate([self.susceptance, -self.susceptance])
        return csr_matrix((values, (rows, columns)), shape)

    @cached_property
    def _solver(self) -> SuperLU:
        """Of bus 1 on: the angle of bus 0 is zero."""
        flow = self._flow_by_angle
        signs = flow.copy()
        signs.data = np.sign(signs.data)
        return splu(csc_matrix((signs.T @ flow)[1:, 1:]))

    @cached_property
    def ptdf(self) -> np.ndarray:
        """MW on each branch for a MW injected at each bus and taken at the reference, `[L, N]`."""
        factors = np.zeros(self._flow_by_angle.shape)
        # the matrix is symmetric, so rows of Bf B^-1 are solutions with rows of Bf
        right = self._flow_by_angle[:, 1:].toarray().T
        factors[:, 1:] = self._solver.solve(right).T
        return factors - (factors @ self.weights)[:, None]

    def flows(self, injection: np.ndarray) -> np.ndarray:
        """MW on each branch, `[L]`, for injections that sum to zero, `[N]`."""
        angles = np.zeros_like(injection)
        angles[1:] = self._solver.solve(np.ascontiguousarray(injection[1:]))
        return self._flow_by_angle @ angles

    def outage_shares(self, outages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What each branch takes of the flow of one that goes out (LODF).

        Returns the outages that leave the network whole, `[C]`, and the shares, `[L, C]`; a
        branch's own share is -1.
        """
        taken = self.ptdf[:, self.from_bus[outages]] - self.ptdf[:, self.to_bus[outages]]
        own = taken[outages, np.arange(len(outages))]
        keeps = np.abs(1 - own) >= ISLANDING
        usable = outages[keeps]
        shares = taken[:, keeps] / (1 - own[keeps])
        shares[usable, np.arange(len(usable))] = -1.0
        return usable, shares


@dataclass(frozen=True, eq=False)
class Pairs:
    """Branches to watch, each under one outage: P pairs of (branch | outage).

    Attributes:
        branch: `[P]`.
        outage: `[P]`, -1 for none.
        share: what the branch takes of the outage's flow, `[P]`, 0 for none.
    """

    branch: np.ndarray
    outage: np.ndarray
    share: np.ndarray

    def flows(self, flow: np.ndarray) -> np.ndarray:
        """Flow of each pair, `[P]`, from the flows before the outage, `[L]`."""
        return flow[self.branch] + self.share * flow[self.outage]

    def flows_of(self, which: np.ndarray, flow: np.ndarray) -> np.ndarray:
        """Flows of the pairs `which`, `[len(which), T]`, from those of branches, `[L, T]`."""
        return flow[self.branch[which]] + self.share[which, None] * flow[self.outage[which]]

    def rows(self, ptdf: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Shift factors of the pairs `which`, `[len(which), N]`."""
        share = self.share[which, None]
        return ptdf[self.branch[which]] + share * ptdf[self.outage[which]]


def pairs(grid: Grid, outages: np.ndarray, least: float) -> Pairs:
    """Every branch without an outage, and under those of which it takes `least` or more."""
    usable, shares = grid.outage_shares(outages)
    shares[usable, np.arange(len(usable))] = 0.0
    branch, column = np.nonzero(np.abs(shares) >= least)
    every = np.arange(len(grid.susceptance))
    return Pairs(
        np.concatenate([every, branch]),
        np.concatenate([np.full(len(every), -1), usable[column]]),
        np.concatenate([np.zeros(len(every)), shares[branch, column]]),
    )
