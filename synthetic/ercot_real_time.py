"""ERCOT's real-time files: fifteen-minute prices, and prices, lambdas and constraints of SCED."""

from __future__ import annotations

import numpy as np

from synthetic import text
from synthetic.clock import CENTRAL, local_of
from synthetic.context import Context
from synthetic.corrections import nudges
from synthetic.ercot_market import RTC_FROM, ZONE_TYPES, Day
from synthetic.ercot_posting import (
    PRODUCTS,
    TWO_LAMBDAS_FROM,
    constraint_truth,
    correction_delay,
    flag_column,
    location_truth,
    post,
    run_truth,
)
from synthetic.shapes import generator


def rt_prices(ctx: Context, feed: str, market: Day) -> None:
    """NP6-905-CD: 92, 96 or 100 files a day, stamped with the interval's end; zones come twice."""
    day = market.day
    rows = [(name, kind, i) for i, (name, kind) in enumerate(market.points.items())]
    rows += [(n, ZONE_TYPES[k], i) for n, k, i in rows if k in ZONE_TYPES]
    rows.sort(key=lambda r: (r[0], r[1]))
    names, kinds = [r[0] for r in rows], [r[1] for r in rows]
    where = np.array([r[2] for r in rows])
    quarters = len(market.fives) // 3
    price = market.rt_price.T[:, where].copy()
    # the energy-weighted twin differs now and then
    weighted = np.array([k.endswith("EW") for k in kinds])
    rng = generator(ctx.seed, feed, "energy weighted", day)
    differs = weighted & (rng.random(price.shape) < 0.3)
    price = np.round(price + np.where(differs, np.round(rng.normal(0, 0.4, price.shape), 2), 0), 2)
    changed = np.ones(quarters, bool)
    if ctx.revision > 1:
        rng = generator(ctx.seed, feed, "correction", day)
        changed = rng.random(quarters) < max(ctx.share, 1 / quarters)
        changed[int(rng.integers(quarters))] = True
        price = np.round(price + nudges(rng, price.shape, max(ctx.share, 0.2), 2), 2)

    g = market.fives
    first = np.arange(quarters) * 3
    hour, quarter, repeated = (x[first] for x in (g.hour, g.quarter, g.repeated))
    per = len(rows)
    q = np.repeat(np.arange(quarters), per)
    who = np.tile(np.arange(per), quarters)
    flag, flag_header = flag_column(np.repeat(repeated, per), day)
    lines = text.Lines(
        [
            f"{day:%m/%d/%Y}",
            text.integer(hour[q] + 1),
            text.integer(quarter[q] + 1),
            text.pick(names, who),
            text.pick(kinds, who),
            text.number(price.ravel()),
            *flag,
        ],
        "\n",
    )
    header = (
        "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,"
        "SettlementPointPrice" + flag_header
    )
    stops = g.end[first + 2].astype(int)
    retry = "_retry" if ctx.revision > 1 else ""
    written, file_names, published_at = [], [], np.zeros(quarters, "datetime64[s]")
    ends, end_repeated = local_of(g.end[first + 2], CENTRAL)
    for i in range(quarters):
        file_names.append("")
        if not (changed[i] and ctx.in_hours(int(hour[i]))):
            continue
        published = int(stops[i]) + 5 + i % 7 + correction_delay(ctx.revision)
        stem = f"{PRODUCTS[feed].stem}{retry}_{ends[i].item():%Y%m%d_%H%M}"
        body = lines.part(i * per, (i + 1) * per)
        # the mark of the repeated hour comes from the interval, also when it is posted again later
        stem += "_xhr" if ctx.revision > 1 and end_repeated[i] else ""
        file_names[i] = post(ctx, feed, published, stem, header, body, per)
        published_at[i] = published
        written.append(i)
    if not written:
        return
    keep = np.isin(q, written)
    ctx.truth.keep(
        "fct_price_intervals",
        feed,
        day,
        ctx.revision,
        int(keep.sum()),
        iso="ERCOT",
        interval_start=g.start[first][q[keep]],
        interval_end=g.end[first + 2][q[keep]],
        interval_minutes=15,
        market_date=day,
        **location_truth(names, kinds, who[keep]),
        market="RT15M",
        price=price.ravel()[keep],
        currency="USD",
        published_at=published_at[q[keep]],
        file_name=text.pick(file_names, q[keep]),
    )


def rt_capacity(ctx: Context, feed: str, market: Day) -> None:
    """NP6-331-CD: a file each fifteen minutes with a row per service, since 2025-12-05."""
    day, g = market.day, market.fives
    if day < RTC_FROM:
        return
    services = list(market.rt_capacity)
    price = np.array(list(market.rt_capacity.values())).T
    quarters, per = price.shape
    first = np.arange(quarters) * 3
    q, what = np.repeat(np.arange(quarters), per), np.tile(np.arange(per), quarters)
    lines = text.Lines(
        [
            f"{day:%m/%d/%Y}",
            text.integer(g.hour[first][q] + 1),
            text.integer(g.quarter[first][q] + 1),
            text.pick(["N", "Y"], g.repeated[first][q].astype(int)),
            text.pick(services, what),
            text.number(price.ravel()),
        ],
        "\n",
    )
    header = "DeliveryDate,DeliveryHour,DeliveryInterval,RepeatedHourFlag,ASType,MCPC"
    file_names, published_at = [], g.end[first + 2] + np.timedelta64(130, "s")
    for i in range(quarters):
        file_names.append("")
        if ctx.in_hours(int(g.hour[first][i])):
            published, body = int(published_at[i].astype(int)), lines.part(i * per, (i + 1) * per)
            file_names[i] = post(ctx, feed, published, PRODUCTS[feed].stem, header, body, per)
    keep = np.array(file_names, dtype=object)[q] != ""
    if not keep.any():
        return
    ctx.truth.keep(
        "fct_ancillary_price_intervals",
        feed,
        day,
        1,
        int(keep.sum()),
        iso="ERCOT",
        interval_start=g.start[first][q[keep]],
        interval_end=g.end[first + 2][q[keep]],
        interval_minutes=15,
        market_date=day,
        market="RT15M",
        location="ERCOT",
        location_type="SYSTEM",
        operator_product=text.pick(services, what[keep]),
        product=text.pick(services, what[keep]),
        price=price.ravel()[keep],
        currency="USD",
        published_at=published_at[q[keep]],
        file_name=text.pick(file_names, q[keep]),
    )


def sced_prices(ctx: Context, feed: str, market: Day) -> None:
    """NP6-788-CD: one file per SCED run, prices right-aligned in twelve places."""
    day, names = market.day, list(market.points)
    at, interval = market.sced_runs()
    local, repeated = local_of(at, CENTRAL)
    per = len(names)
    price = np.round(market.sced_lmp.T[interval], 2)
    run = np.repeat(np.arange(len(at)), per)
    who = np.tile(np.arange(per), len(at))
    lines = text.Lines(
        [
            text.stamp(local[run], "%m/%d/%Y %H:%M:%S"),
            text.pick(["N", "Y"], repeated[run].astype(int)),
            text.pick(names, who),
            text.fixed(price.ravel(), 2, 12),
        ],
        "\n",
    )
    header = "SCEDTimestamp,RepeatedHourFlag,SettlementPoint,LMP"
    published_at = at + np.timedelta64(6, "s")
    file_names = _post_runs(ctx, feed, local, published_at, header, lines, per)
    keep = file_names[run] != ""
    if not keep.any():
        return
    ctx.truth.keep(
        "fct_price_intervals",
        feed,
        day,
        1,
        int(keep.sum()),
        **run_truth(at[run[keep]], day),
        **location_truth(names, list(market.points.values()), who[keep]),
        market="RT5M",
        price=price.ravel()[keep],
        currency="USD",
        published_at=published_at[run[keep]],
        file_name=text.texts(file_names[run[keep]]),
    )


def sced_lambdas(ctx: Context, feed: str, market: Day) -> None:
    """NP6-322-CD: one file per SCED run with one row, the price of energy before congestion."""
    day = market.day
    at, interval = market.sced_runs()
    local, repeated = local_of(at, CENTRAL)
    capped, uncapped = (price[interval] for price in market.system_lambda)
    two = day >= TWO_LAMBDAS_FROM
    lines = text.Lines(
        [
            text.stamp(local, "%m/%d/%Y %H:%M:%S"),
            text.pick(["N", "Y"], repeated.astype(int)),
            text.number(capped),
            *([text.number(uncapped)] if two else []),
        ],
        "\n",
    )
    columns = "CappedSystemLambda,UncappedSystemLambda" if two else "SystemLambda"
    header = f"SCEDTimeStamp,RepeatedHourFlag,{columns}"
    published_at = at + np.timedelta64(8, "s")
    file_names = _post_runs(ctx, feed, local, published_at, header, lines, 1)
    keep = file_names != ""
    if not keep.any():
        return
    ctx.truth.keep(
        "stg_ercot__sced_system_lambdas",
        feed,
        day,
        1,
        int(keep.sum()),
        **run_truth(at[keep], day),
        market="RT5M",
        price=capped[keep],
        uncapped_price=uncapped[keep] if two else None,
        currency="USD",
        published_at=published_at[keep],
        file_name=text.texts(file_names[keep]),
    )


def _post_runs(
    ctx: Context,
    feed: str,
    local: np.ndarray,
    published_at: np.ndarray,
    header: str,
    lines: text.Lines,
    per: int,
) -> np.ndarray:
    """Write a file of `per` lines for each SCED run; the zips' names, "" for hours left out."""
    file_names = np.full(len(local), "", dtype=object)
    for i, stamp in enumerate(local):
        if not ctx.in_hours(stamp.item().hour):
            continue
        stem = f"{PRODUCTS[feed].stem}_{stamp.item():%Y%m%d_%H%M%S}"
        body = lines.part(i * per, (i + 1) * per)
        file_names[i] = post(ctx, feed, int(published_at[i].astype(int)), stem, header, body, per)
    return file_names


def sced_constraints(ctx: Context, feed: str, market: Day) -> None:
    """NP6-86-CD: hourly when a constraint was active, several runs a file, newest first."""
    day = market.day
    at, _ = market.sced_runs()
    local, repeated = local_of(at, CENTRAL)
    seen = market.sced_monitored
    # constraints near their limit are listed with a price of zero
    run, which = np.nonzero(seen.listed.T)
    if not len(run):
        return
    order = np.lexsort((which, -run))
    run, which = run[order], which[order]
    number = seen.number[which, run]

    def pick(part: str):
        return text.pick([str(getattr(c, part)) for c in market.constraints], which)

    def value(a: np.ndarray):
        return text.number(a[which, run])

    top = np.array([c.max_shadow_price for c in market.constraints])
    lines = text.Lines(
        [
            text.stamp(local[run], "%m/%d/%Y %H:%M:%S"),
            text.pick(["N", "Y"], repeated[run].astype(int)),
            text.integer(number),
            pick("name"),
            pick("contingency"),
            value(seen.shadow),
            text.number(top[which]),
            value(seen.limit),
            value(seen.flow),
            value(seen.excess),
            pick("from_station"),
            pick("to_station"),
            pick("from_kv"),
            pick("to_kv"),
            text.pick(["NONCOMP", "COMP"], [int(market.constraints[k].competitive) for k in which]),
        ],
        "\n",
    )
    header = (
        "SCEDTimeStamp,RepeatedHourFlag,ConstraintID,ConstraintName,ContingencyName,ShadowPrice,"
        "MaxShadowPrice,Limit,Value,ViolatedMW,FromStation,ToStation,FromStationkV,ToStationkV,"
        "CCTStatus"
    )
    hour_of_run = at[run].astype("datetime64[h]")
    file_names = np.full(len(run), "", dtype=object)
    published_at = np.zeros(len(run), "datetime64[s]")
    for hour in np.unique(hour_of_run):
        clock_hour = local_of(np.array([hour], "datetime64[s]"), CENTRAL)[0][0].item().hour
        if not ctx.in_hours(clock_hour):
            continue
        rows = np.flatnonzero(hour_of_run == hour)
        published = int(hour.astype("datetime64[s]").astype(int)) + 3600 + 24
        body = lines.part(int(rows[0]), int(rows[-1]) + 1)
        file_names[rows] = post(ctx, feed, published, PRODUCTS[feed].stem, header, body, len(rows))
        published_at[rows] = published
    keep = file_names != ""
    if not keep.any():
        return
    run, which, number = run[keep], which[keep], number[keep]
    ctx.truth.keep(
        "fct_constraint_intervals",
        feed,
        day,
        1,
        len(run),
        **run_truth(at[run], day),
        **constraint_truth(market.constraints, which, number),
        market="RT5M",
        shadow_price=seen.shadow[which, run],
        limit_mw=seen.limit[which, run],
        flow_mw=seen.flow[which, run],
        violation_mw=np.clip(seen.excess, 0, None)[which, run],
        published_at=published_at[keep],
        file_name=text.texts(file_names[keep]),
    )
