"""ERCOT files: fifteen products as MIS posts them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from synthetic.context import Context
from synthetic.ercot_disclosures import dam_disclosure, sced_disclosure
from synthetic.ercot_forecasts import (
    load_forecasts,
    resource_outages,
    solar_by_region,
    wind_by_region,
)
from synthetic.ercot_hourly import dam_capacity, dam_constraints, dam_prices, zone_load
from synthetic.ercot_market import Day
from synthetic.ercot_network import Factors, factors_of, keep_factors, keep_states, market_day
from synthetic.ercot_real_time import (
    rt_capacity,
    rt_prices,
    sced_constraints,
    sced_lambdas,
    sced_prices,
)

WRITERS: dict[str, Callable[[Context, str, Day], None]] = {
    "ercot_np4_190_cd": dam_prices,
    "ercot_np4_188_cd": dam_capacity,
    "ercot_np4_191_cd": dam_constraints,
    "ercot_np6_905_cd": rt_prices,
    "ercot_np6_331_cd": rt_capacity,
    "ercot_np6_788_cd": sced_prices,
    "ercot_np6_322_cd": sced_lambdas,
    "ercot_np6_86_cd": sced_constraints,
    "ercot_np6_345_cd": zone_load,
    "ercot_np3_565_cd": load_forecasts,
    "ercot_np4_742_cd": wind_by_region,
    "ercot_np4_745_cd": solar_by_region,
    "ercot_np3_233_cd": resource_outages,
    "ercot_np3_966_er": dam_disclosure,
    "ercot_np3_965_er": sced_disclosure,
}
CORRECTED = ("ercot_np4_190_cd", "ercot_np4_188_cd", "ercot_np6_905_cd")


def write_days(ctx: Context, feeds: list[str], days: list[date]) -> None:
    """Write `feeds` for every day, sharing one market between them."""
    for day in days:
        found = write_day(ctx, feeds, day)
        if found:
            keep_factors(ctx.truth, [found])


def write_day(ctx: Context, feeds: list[str], day: date) -> Factors | None:
    """Write `feeds` of one day; of a network, return the shift factors that are still to keep."""
    points = ctx.points["ercot"]
    if ctx.market is None:
        market = Day(ctx.seed, day, points)
    else:
        market = market_day(ctx.seed, day, points, ctx.market)
    for feed in feeds:
        if ctx.revision == 1 or feed in CORRECTED:
            WRITERS[feed](ctx, feed, market)
    if ctx.market is None or ctx.revision > 1:
        return None
    keep_states(ctx.truth, market)
    return factors_of(market)
