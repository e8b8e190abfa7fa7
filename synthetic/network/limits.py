"""Dispatch of a market, and the limits of its pairs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from synthetic.network import inputs
from synthetic.network.dispatch import Dispatcher, Interval, Result
from synthetic.network.settings import Market, caps, case_of, network, watched
from synthetic.network.states import expected, state

# A limit that cannot be kept in the hours that are tried becomes this much of the flow.
RELIEF = 1.05


def dispatch(
    market: Market, limit_mw: np.ndarray, price: np.ndarray, intervals: list[Interval]
) -> Result:
    """Dispatch intervals of one market with the limits of its pairs and the steps' prices."""
    where = market.network, market.least_kv
    case = case_of(market)
    program = Dispatcher(
        network(market.network), watched(*where), limit_mw, caps(*where), case.unit_bus, price
    )
    return program.run(intervals)


def intervals_of(available_mw: np.ndarray, demand_mw: np.ndarray) -> list[Interval]:
    """Intervals of `[U, T]` and `[N, T]`."""
    return [
        Interval(available[:, None] * inputs.STEPS, demand)
        for available, demand in zip(available_mw.T, demand_mw.T, strict=True)
    ]


@lru_cache(maxsize=32)
def limits(seed: int, market: Market, block: int) -> np.ndarray:
    """Limit of each pair in a block of four weeks, `[P]`, MW.

    Before a block every other hour of it is dispatched, as it will be and as it is expected the day
    before, without batteries; limits that cannot be kept there are raised.
    """
    case = case_of(market)
    found = watched(market.network, market.least_kv)
    rating = inputs.ratings(seed, market.name, case, block, market.cut)
    limit = rating[found.branch].copy()
    days = inputs.block_days(block)
    price = inputs.offers(seed, market.name, case, days[0])
    for day in days:
        truth, ahead = state(seed, market, day), expected(seed, market, day)
        tried = intervals_of(truth.available_mw[:, ::24], truth.demand_mw[:, ::24])
        tried += intervals_of(ahead.available_mw[:, ::2], ahead.demand_mw[:, ::2])
        while tried:
            result = dispatch(market, limit, price, tried)
            is_over = result.slack_mw > 0
            tried = [i for i, needs in zip(tried, is_over.any(axis=0), strict=True) if needs]
            over = result.pair[is_over.any(axis=1)]
            reached = np.abs(found.flows_of(over, result.flow_mw)).max(axis=1)
            limit[over] = np.ceil(np.maximum(limit[over], RELIEF * reached) * 10) / 10
    return limit
