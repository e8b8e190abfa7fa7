"""ERCOT's hourly files: the day-ahead products and the load by weather zone."""

from __future__ import annotations

from datetime import time, timedelta

import numpy as np

from synthetic import text
from synthetic.context import Context
from synthetic.corrections import nudges
from synthetic.ercot_market import Day
from synthetic.ercot_posting import (
    PRODUCTS,
    constraint_truth,
    correction_delay,
    flag_column,
    hour_text,
    instants,
    interval_truth,
    location_truth,
    post,
    utc_seconds,
)
from synthetic.ercot_zones import ZONES
from synthetic.shapes import generator


def _hourly(market: Day, per_hour: int) -> dict[str, np.ndarray]:
    """The hour columns of a day with `per_hour` rows in each hour."""
    g = market.hours
    return {
        "index": np.repeat(np.arange(len(g)), per_hour),
        "hour_ending": np.repeat(g.hour + 1, per_hour),
        "repeated": np.repeat(g.repeated, per_hour),
    }


def dam_prices(ctx: Context, feed: str, market: Day) -> None:
    """NP4-190-CD: one file per day-ahead run; prices carry a leading blank."""
    day, names = market.day, list(market.points)
    h = _hourly(market, len(names))
    who = np.tile(np.arange(len(names)), len(market.hours))
    price = market.dam_price.T.ravel()
    if ctx.revision > 1:
        rng = generator(ctx.seed, feed, "correction", day)
        price = np.round(price + nudges(rng, price.shape, ctx.share, 2), 2)
    flag, flag_header = flag_column(h["repeated"], day)
    columns = [
        f"{day:%m/%d/%Y}",
        hour_text(h["hour_ending"]),
        text.pick(names, who),
        text.prefixed(" ", text.number(price)),
        *flag,
    ]
    lines = text.Lines(columns, "\n")
    published = utc_seconds(day - timedelta(days=1), time(12, 36)) + correction_delay(ctx.revision)
    header = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice" + flag_header
    name = post(ctx, feed, published, PRODUCTS[feed].stem, header, lines.all(), lines.rows)
    ctx.truth.keep(
        "fct_price_intervals",
        feed,
        day,
        ctx.revision,
        lines.rows,
        **interval_truth(market.hours, h["index"]),
        **location_truth(names, list(market.points.values()), who),
        market="DAM",
        price=price,
        currency="USD",
        published_at=instants(published, lines.rows),
        file_name=name,
    )


def dam_capacity(ctx: Context, feed: str, market: Day) -> None:
    """NP4-188-CD: long form, one row per hour and service."""
    day, services = market.day, list(market.capacity)
    h = _hourly(market, len(services))
    what = np.tile(np.arange(len(services)), len(market.hours))
    price = np.array(list(market.capacity.values())).T.ravel()
    if ctx.revision > 1:
        rng = generator(ctx.seed, feed, "correction", day)
        price = np.round(np.abs(price + nudges(rng, price.shape, ctx.share, 2)), 2)
    flag, flag_header = flag_column(h["repeated"], day)
    columns = [
        f"{day:%m/%d/%Y}",
        hour_text(h["hour_ending"]),
        text.pick(services, what),
        text.number(price),
        *flag,
    ]
    lines = text.Lines(columns, "\n")
    published = utc_seconds(day - timedelta(days=1), time(12, 39)) + correction_delay(ctx.revision)
    header = "DeliveryDate,HourEnding,AncillaryType,MCPC" + flag_header
    name = post(ctx, feed, published, PRODUCTS[feed].stem, header, lines.all(), lines.rows)
    ctx.truth.keep(
        "fct_ancillary_price_intervals",
        feed,
        day,
        ctx.revision,
        lines.rows,
        **interval_truth(market.hours, h["index"]),
        market="DAM",
        location="ERCOT",
        location_type="SYSTEM",
        operator_product=text.pick(services, what),
        product=text.pick(services, what),
        price=price,
        currency="USD",
        published_at=instants(published, lines.rows),
        file_name=name,
    )


def dam_constraints(ctx: Context, feed: str, market: Day) -> None:
    """NP4-191-CD: blanks before every field from the constraint's name on."""
    day = market.day
    seen = market.dam_monitored
    hour, which = np.nonzero(seen.listed.T)
    if not len(hour):
        return
    number = seen.number[which, hour]
    g = market.hours

    def pick(part: str):
        return text.pick([f" {getattr(c, part)}" for c in market.constraints], which)

    def value(a: np.ndarray):
        return text.prefixed(" ", text.number(a[which, hour]))

    flag, flag_header = flag_column(g.repeated[hour], day)
    columns = [
        f"{day:%m/%d/%Y}",
        hour_text((g.hour + 1)[hour]),
        text.integer(number),
        pick("name"),
        pick("contingency"),
        value(seen.limit),
        value(seen.flow),
        value(np.clip(seen.excess, 0, None)),
        value(seen.shadow),
        pick("from_station"),
        pick("to_station"),
        pick("from_kv"),
        pick("to_kv"),
        text.stamp(g.local[hour], " %m/%d/%Y %H:%M:%S"),
        *flag,
    ]
    lines = text.Lines(columns, "\n")
    published = utc_seconds(day - timedelta(days=1), time(12, 42))
    header = (
        "DeliveryDate,HourEnding,ConstraintID,ConstraintName,ContingencyName,ConstraintLimit,"
        "ConstraintValue,ViolationAmount,ShadowPrice,FromStation,ToStation,FromStationkV,"
        "ToStationkV,DeliveryTime" + flag_header
    )
    name = post(ctx, feed, published, PRODUCTS[feed].stem, header, lines.all(), lines.rows)
    ctx.truth.keep(
        "fct_constraint_intervals",
        feed,
        day,
        1,
        lines.rows,
        **interval_truth(g, hour),
        **constraint_truth(market.constraints, which, number),
        market="DAM",
        shadow_price=seen.shadow[which, hour],
        limit_mw=seen.limit[which, hour],
        flow_mw=seen.flow[which, hour],
        violation_mw=np.clip(seen.excess, 0, None)[which, hour],
        published_at=instants(published, lines.rows),
        file_name=name,
    )


def zone_load(ctx: Context, feed: str, market: Day) -> None:
    """NP6-345-CD: actual load by weather zone, posted 05:50 the day after."""
    day, g = market.day, market.hours
    zones = np.round(market.actual_load, 2)
    load = np.vstack([zones, np.round(zones.sum(axis=0), 2)])
    flag, flag_header = flag_column(g.repeated, day)
    columns = [
        f"{day:%m/%d/%Y}",
        hour_text(g.hour + 1),
        *[text.fixed(z, 2) for z in load],
        *flag,
    ]
    lines = text.Lines(columns, "\n")
    published = utc_seconds(day + timedelta(days=1), time(5, 50))
    header = "OperDay,HourEnding," + ",".join(ZONES) + ",TOTAL" + flag_header
    name = post(ctx, feed, published, PRODUCTS[feed].stem, header, lines.all(), lines.rows)
    names = [*ZONES, "ERCOT"]
    types = ["WEATHER_ZONE"] * len(ZONES) + ["SYSTEM"]
    zone = np.repeat(np.arange(len(names)), len(g))
    index = np.tile(np.arange(len(g)), len(names))
    ctx.truth.keep(
        "fct_load_intervals",
        feed,
        day,
        1,
        len(index),
        **interval_truth(g, index),
        location=text.pick(names, zone),
        location_type=text.pick(types, zone),
        load_kind="ACTUAL",
        load_mw=load.ravel(),
        published_at=instants(published, len(index)),
        file_name=name,
    )
