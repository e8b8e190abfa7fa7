"""Truth of the NEM feeds: price from run 0, megawatts from run 1 where it exists."""

from __future__ import annotations

from datetime import date

import numpy as np

from synthetic import text
from synthetic.clock import NEM, utc
from synthetic.context import Context
from synthetic.nem_layouts import FAST_SERVICES, SERVICES, layout
from synthetic.nem_market import CONSTRAINTS, LINKS, REGIONS, Day
from synthetic.nem_tables import Trading


class Posted:
    """Which intervals were published, under which name and when."""

    def __init__(self, intervals: int):
        self.name = [None] * intervals
        self.at = np.full(intervals, np.datetime64("NaT"), "datetime64[s]")
        self.done = np.zeros(intervals, bool)

    def add(self, interval: int, name: str, at: int) -> None:
        """Note the report of an interval; `at` in UTC seconds."""
        self.name[interval], self.at[interval] = name, at
        self.done[interval] = True

    def every(self) -> None:
        """The monthly tables hold every interval, reports or not."""
        self.done[:] = True


def _common(market: Day, steps: int, interval: np.ndarray, posted: Posted) -> dict[str, object]:
    starts, ends = market.fives.start[::steps], market.fives.end[steps - 1 :: steps]
    return {
        "iso": "NEM",
        "interval_start": starts[interval],
        "interval_end": ends[interval],
        "interval_minutes": 5 * steps,
        "market_date": market.day,
        "published_at": posted.at[interval],
        "file_name": text.texts([posted.name[t] for t in interval]),
    }


def _actual(market: Day, by_run: dict[int, np.ndarray]) -> np.ndarray:
    """Run 1 where it exists, else run 0."""
    return np.where(market.intervention, by_run[1], by_run[0])


def _dispatch(ctx: Context, feed: str, market: Day, nudge, posted: Posted) -> None:
    def keep(mart: str, entities: int, **columns):
        e, t = (i.ravel() for i in np.indices((entities, 288)))
        chosen = posted.done[t]
        e, t = e[chosen], t[chosen]
        values = {
            n: v[e, t] if isinstance(v, np.ndarray) and v.ndim == 2 else v
            for n, v in columns.items()
        }
        values = {n: text.pick(v, e) if isinstance(v, tuple) else v for n, v in values.items()}
        ctx.truth.keep(
            mart,
            feed,
            market.day,
            ctx.revision,
            len(t),
            **_common(market, 1, t, posted),
            **values,
        )

    keep(
        "fct_price_intervals",
        len(REGIONS),
        market="RT5M",
        location=REGIONS,
        location_type="REGION",
        price=market.price(0, nudge),
        currency="AUD",
    )
    # the fast services traded before the dispatch table had columns for them
    columns = layout("PRICE", market.day, monthly=False).columns
    services = [s for s in (*SERVICES, *FAST_SERVICES) if f"{s}RRP" in columns]
    keep(
        "fct_ancillary_price_intervals",
        len(services) * len(REGIONS),
        market="RT5M",
        location=tuple(r for _ in services for r in REGIONS),
        location_type="REGION",
        operator_product=tuple(s for s in services for _ in REGIONS),
        product=tuple(s for s in services for _ in REGIONS),
        price=np.concatenate([market.services[s] for s in services]),
        currency="AUD",
    )
    kinds = {"TOTAL": "TOTALDEMAND", "TOTAL_AND_NONSCHEDULED": "DEMAND_AND_NONSCHEDGEN"}
    keep(
        "fct_load_intervals",
        len(kinds) * len(REGIONS),
        market="RT5M",
        location=tuple(r for _ in kinds for r in REGIONS),
        location_type="REGION",
        load_kind=tuple(k for k in kinds for _ in REGIONS),
        load_mw=np.concatenate(
            [_actual(market, {r: market.region(r)[c] for r in (0, 1)}) for c in kinds.values()]
        ),
    )
    limits = {run: market.limits(run) for run in (0, 1)}
    keep(
        "fct_interchange_intervals",
        len(LINKS),
        market="RT5M",
        location=tuple(link.name for link in LINKS),
        location_type="INTERFACE",
        interface=tuple(link.name for link in LINKS),
        flow_mw=_actual(market, {r: market.metered(r) for r in (0, 1)}),
        scheduled_mw=_actual(market, market.target),
        limit_forward_mw=_actual(market, {r: limits[r][0] for r in (0, 1)}),
        limit_reverse_mw=_actual(market, {r: limits[r][1] for r in (0, 1)}),
        losses_mw=_actual(market, {r: market.losses(r) for r in (0, 1)}),
    )
    by_run = {run: market.constraint(run) for run in (0, 1)}
    keep(
        "fct_constraint_intervals",
        len(CONSTRAINTS),
        market="RT5M",
        constraint_name=tuple(c[0] for c in CONSTRAINTS),
        shadow_price=by_run[0]["MARGINALVALUE"],
        limit_mw=_actual(market, {r: by_run[r]["RHS"] for r in (0, 1)}),
        flow_mw=_actual(market, {r: by_run[r]["LHS"] for r in (0, 1)}),
        violation_mw=_actual(market, {r: by_run[r]["VIOLATIONDEGREE"] for r in (0, 1)}),
    )


def _trading(ctx: Context, feed: str, market: Day, nudge, posted: Posted) -> None:
    trading = Trading(market, nudge)
    for mart, names, values in (
        ("fct_price_intervals", REGIONS, {"price": trading.price()}),
        ("fct_interchange_intervals", tuple(k.name for k in LINKS), trading.flows()),
    ):
        e, t = (i.ravel() for i in np.indices((len(names), trading.intervals)))
        chosen = posted.done[t]
        e, t = e[chosen], t[chosen]
        if mart == "fct_price_intervals":
            columns = {
                "location": text.pick(names, e),
                "location_type": "REGION",
                "price": values["price"][e, t],
                "currency": "AUD",
            }
        else:
            columns = {
                "location": text.pick(names, e),
                "location_type": "INTERFACE",
                "interface": text.pick(names, e),
                "flow_mw": values["METEREDMWFLOW"][e, t],
                "scheduled_mw": values["MWFLOW"][e, t],
                "losses_mw": values["MWLOSSES"][e, t],
            }
        ctx.truth.keep(
            mart,
            feed,
            market.day,
            ctx.revision,
            len(t),
            **_common(market, trading.steps, t, posted),
            market="TRADING",
            **columns,
        )


def _scada(ctx: Context, feed: str, market: Day, posted: Posted) -> None:
    e, t = (i.ravel() for i in np.indices((len(market.units), 288)))
    chosen = posted.done[t]
    e, t = e[chosen], t[chosen]
    ctx.truth.keep(
        "fct_resource_output_intervals",
        feed,
        market.day,
        ctx.revision,
        len(t),
        **_common(market, 1, t, posted),
        resource=text.pick([u[0] for u in market.units], e),
        output_mw=market.output[e, t],
        measured="START",
    )


def keep_demand(
    ctx: Context, feed: str, day: date, kinds: dict[str, tuple[np.ndarray, list[int]]]
) -> None:
    """Keep operational demand: by kind MW (region, interval of the day), and which intervals."""
    parts = []
    for kind, (megawatts, published) in kinds.items():
        minutes = 1440 // megawatts.shape[1]
        both = np.meshgrid(np.arange(len(REGIONS)), np.array(published, int), indexing="ij")
        e, t = (i.ravel() for i in both)
        parts.append((kind, minutes, e, utc(day, NEM) + t * minutes * 60, megawatts[e, t]))
    sizes = [len(e) for _, _, e, _, _ in parts]
    starts = np.concatenate([p[3] for p in parts]).astype("datetime64[s]")
    minutes = np.repeat([p[1] for p in parts], sizes)
    if len(starts):
        ctx.truth.keep(
            "fct_load_intervals",
            feed,
            day,
            ctx.revision,
            len(starts),
            iso="NEM",
            location=text.pick(REGIONS, np.concatenate([p[2] for p in parts])),
            location_type="REGION",
            interval_start=starts,
            interval_end=starts + minutes.astype("timedelta64[m]"),
            interval_minutes=minutes,
            market_date=day,
            load_kind=np.repeat([p[0] for p in parts], sizes),
            load_mw=np.concatenate([p[4] for p in parts]),
        )


def keep(ctx: Context, feed: str, market: Day, nudge, posted: Posted) -> None:
    """Keep the truth of one feed and day for the intervals that were published."""
    if not posted.done.any():
        return
    if feed == "nem_dispatchis":
        _dispatch(ctx, feed, market, nudge, posted)
    elif feed == "nem_tradingis":
        _trading(ctx, feed, market, nudge, posted)
    else:
        _scada(ctx, feed, market, posted)
