"""ERCOT's hourly postings: forecasts of load, wind and sun by zone or region, and outages.

A posting looks 168 hours ahead and back to midnight; real ones go back two days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from synthetic import text
from synthetic.clock import CENTRAL, local_of
from synthetic.context import Context
from synthetic.ercot_market import Day
from synthetic.ercot_posting import PRODUCTS, flag_column, post
from synthetic.ercot_zones import HORIZON, OUTAGE_ZONES, SOLAR_REGIONS, WIND_REGIONS, ZONES
from synthetic.shapes import generator, smooth_noise

_HOUR = np.timedelta64(3600, "s")
# Columns of NP3-565-CD with the zone that each shows: SouthCentral stands before Southern.
_LOAD_COLUMNS = {
    "Coast": "COAST",
    "East": "EAST",
    "FarWest": "FAR_WEST",
    "North": "NORTH",
    "NorthCentral": "NORTH_C",
    "SouthCentral": "SOUTH_C",
    "Southern": "SOUTHERN",
    "West": "WEST",
}
_MODELS = ("A3", "A6", "E")
_OUTAGE_KINDS = {"TotalResourceMW": "RESOURCE", "TotalIRRMW": "IRR"} | {
    "TotalNewEquipResourceMW": "NEW_EQUIPMENT"
}


def _regions(regions: dict[str, tuple[str, ...]]) -> np.ndarray:
    """1 where a zone (row) lies in a region (column)."""
    return np.array([[float(z in inside) for inside in regions.values()] for z in ZONES])


@dataclass(frozen=True)
class _Rows:
    """The rows of a day's postings, one posting after the other.

    Attributes:
        posting: hour of the day in which each row was posted.
        hour: hour that it tells of, counted from the day's first.
        start, local, repeated: that hour's instant, clock time and mark of the second passage.
    """

    posting: np.ndarray
    hour: np.ndarray
    start: np.ndarray
    local: np.ndarray
    repeated: np.ndarray

    def of(self, keep: np.ndarray) -> _Rows:
        parts = (self.posting, self.hour, self.start, self.local, self.repeated)
        return _Rows(*[part[keep] for part in parts])

    @property
    def hour_ending(self) -> np.ndarray:
        return (self.local - self.local.astype("datetime64[D]")).astype(int) // 3600 + 1

    @property
    def date(self) -> pa.Array:
        return text.stamp(self.local, "%m/%d/%Y")

    def truth(self, times: int = 1) -> dict[str, object]:
        """Truth columns of the hours, each `times` times."""
        start = np.repeat(self.start, times)
        return {
            "iso": "ERCOT",
            "interval_start": start,
            "interval_end": start + _HOUR,
            "interval_minutes": 60,
            "market_date": np.repeat(self.local, times).astype("datetime64[D]"),
        }


def _rows(ctx: Context, market: Day, *, back: bool) -> _Rows:
    """Rows of the postings that `ctx` asks for: from midnight, or from the hour under way."""
    clock = market.hours
    hours = [h for h in range(0, len(clock), ctx.forecast_hours) if ctx.in_hours(clock.hour[h])]
    ahead = [np.arange(0 if back else h, h + HORIZON) for h in hours]
    posting = np.repeat(np.array(hours, int), [len(a) for a in ahead])
    hour = np.concatenate([np.zeros(0, int), *ahead])
    start = clock.start[0] + hour * _HOUR
    return _Rows(posting, hour, start, *local_of(start, CENTRAL))


Forecast = Callable[[np.datetime64], np.ndarray]


def _forecasts(market: Day, forecast: Forecast, rows: _Rows) -> np.ndarray:
    """Forecast of each row by zone, (rows, 8): hours that have begun show the last one before."""
    # made in the hour before the day and in each of its own, each from the hour after on
    made_at = market.hours.start[0] + np.arange(-1, len(market.hours)) * _HOUR
    made = np.array([forecast(at) for at in made_at])
    source = np.minimum(rows.posting + 1, rows.hour)
    return made[source, :, rows.hour - source]


def _post_hours(
    ctx: Context,
    feed: str,
    rows: _Rows,
    per: int,
    published_at: np.ndarray,
    header: str,
    lines: text.Lines,
) -> tuple[np.ndarray, pa.Array]:
    """Write a file for each posting, `per` lines a row; when each row was posted and in which."""
    hours, first, count = np.unique(rows.posting, return_index=True, return_counts=True)
    names = []
    for hour, begin, size in zip(hours, first * per, count * per, strict=True):
        at = int(published_at[hour].astype(int))
        body = lines.part(int(begin), int(begin + size))
        names.append(post(ctx, feed, at, PRODUCTS[feed].stem, header, body, int(size)))
    return published_at[rows.posting], text.pick(names, np.searchsorted(hours, rows.posting))


def load_forecasts(ctx: Context, feed: str, market: Day) -> None:
    """NP3-565-CD: three models, of which one is in use each day; posted at half past."""
    day = market.day
    rows = _rows(ctx, market, back=True)
    if not len(rows.hour):
        return
    order = [ZONES.index(zone) for zone in _LOAD_COLUMNS.values()]
    used = day.toordinal() % len(_MODELS)
    by_model = []
    for m, model in enumerate(_MODELS):
        forecast = partial(_other_model, market, model) if m != used else market.forecast_load
        by_model.append(_forecasts(market, forecast, rows)[:, order])
    # rows of an hour stand together, one of each model
    mw = np.round(np.stack(by_model, axis=1).reshape(-1, len(order)), 2)
    mw = np.column_stack([mw, np.round(mw.sum(axis=1), 2)])
    per = len(_MODELS)
    model = np.tile(np.arange(per), len(rows.hour))
    each = rows.of(np.repeat(np.arange(len(rows.hour)), per))
    flag, flag_header = flag_column(each.repeated, day)
    lines = text.Lines(
        [
            each.date,
            text.pick([f"{h}:00" for h in range(25)], each.hour_ending),
            *[text.number(column) for column in mw.T],
            text.pick(_MODELS, model),
            text.pick(["N", "Y"], (model == used).astype(int)),
            *flag,
        ],
        "\n",
    )
    header = f"DeliveryDate,HourEnding,{','.join(_LOAD_COLUMNS)},SystemTotal,Model,InUseFlag"
    published_at = market.hours.start + np.timedelta64(1800, "s")
    at, name = _post_hours(ctx, feed, rows, per, published_at, header + flag_header, lines)
    places = len(order) + 1
    times = per * places
    place = np.tile(np.arange(places), len(model))
    ctx.truth.keep(
        "fct_load_forecast_intervals",
        feed,
        day,
        1,
        len(place),
        **rows.truth(times),
        location=text.pick([*_LOAD_COLUMNS.values(), "ERCOT"], place),
        location_type=text.pick(["WEATHER_ZONE", "SYSTEM"], (place == places - 1).astype(int)),
        model=text.pick(_MODELS, np.repeat(model, places)),
        load_mw=mw.ravel(),
        is_in_use=np.repeat(model == used, places),
        issued_at=np.repeat(at, times),
        published_at=np.repeat(at, times),
        file_name=name.take(pa.array(np.repeat(np.arange(len(rows.hour)), times))),
    )


def _other_model(market: Day, model: str, issued_at: np.datetime64) -> np.ndarray:
    """What a model that is not in use says: another error on top."""
    rng = generator(market.seed, "ERCOT", "model", model, issued_at)
    error = np.array([smooth_noise(rng, HORIZON, 24) for _ in ZONES])
    return market.forecast_load(issued_at) * (1 + 0.01 * error)


@dataclass(frozen=True)
class _Renewable:
    """How the files of one technology differ: words of the columns, regions, what is forecast."""

    technology: str
    fuel: str
    # kinds of forecast with the share of the expected output that each shows
    kinds: dict[str, float]
    regions: dict[str, tuple[str, ...]]


_WIND = _Renewable("WIND", "WIND", {"COP_HSL": 1.03, "STWPF": 1.0, "WGRPP": 0.85}, WIND_REGIONS)
_SUN = _Renewable("SOLAR", "SOLAR", {"COP_HSL": 1.03, "STPPF": 1.0, "PVGRPP": 0.92}, SOLAR_REGIONS)


def wind_by_region(ctx: Context, feed: str, market: Day) -> None:
    """NP4-742-CD: posted 55 minutes after the hour whose output is the last in it."""
    made = market.wind_output, market.actual_wind
    _renewable(ctx, feed, market, _WIND, made, market.forecast_wind)


def solar_by_region(ctx: Context, feed: str, market: Day) -> None:
    """NP4-745-CD: as the file of wind, with other regions."""
    made = market.sun_output, market.actual_sun
    _renewable(ctx, feed, market, _SUN, made, market.forecast_sun)


def _renewable(
    ctx: Context,
    feed: str,
    market: Day,
    kind: _Renewable,
    actual: tuple[np.ndarray, np.ndarray],
    forecast: Forecast,
) -> None:
    """`actual`: what was produced and what could have been, (8, hours) each."""
    day = market.day
    rows = _rows(ctx, market, back=True)
    if not len(rows.hour):
        return
    inside = _regions(kind.regions)
    expected = _forecasts(market, forecast, rows) @ inside
    expected = np.column_stack([expected.sum(axis=1), expected])
    # (rows, places, kinds), the system before the regions
    figures = np.round(expected[:, :, None] * np.array([*kind.kinds.values()]), 1)
    past = rows.hour <= rows.posting
    made, able = (
        np.where(past[:, None], (a.T @ inside)[np.minimum(rows.hour, a.shape[1] - 1)], np.nan)
        for a in actual
    )
    made = np.round(made, 2)
    made = np.column_stack([np.round(made.sum(axis=1), 2), made])
    places = ["SYSTEM_WIDE", *kind.regions]
    columns: dict[str, pa.Array] = {}
    for p, place in enumerate(places):
        columns[f"GEN_{place}" if p else "SYSTEM_WIDE_GEN"] = _or_blank(made[:, p])
        for k, name in enumerate(kind.kinds):
            columns[f"{name}_{place}"] = text.number(figures[:, p, k])
    flag, flag_header = flag_column(rows.repeated, day)
    lines = text.Lines(
        [
            rows.date,
            text.pick([f"{h:02d}" for h in range(25)], rows.hour_ending),
            *columns.values(),
            _or_blank(np.round(able.sum(axis=1), 2)),
            *flag,
        ],
        "\n",
    )
    header = f"DELIVERY_DATE,HOUR_ENDING,{','.join(columns)},SYSTEM_WIDE_HSL{flag_header}"
    published_at = market.hours.end + np.timedelta64(3314, "s")
    at, name = _post_hours(ctx, feed, rows, 1, published_at, header, lines)

    regions, kinds = list(kind.regions), list(kind.kinds)
    times = len(regions) * len(kinds)
    row = np.repeat(np.arange(len(rows.hour)), times)
    ctx.truth.keep(
        "fct_renewable_forecast_intervals",
        feed,
        day,
        1,
        len(row),
        **rows.truth(times),
        location=text.pick(
            regions, np.tile(np.repeat(np.arange(len(regions)), len(kinds)), len(at))
        ),
        location_type="RENEWABLE_REGION",
        technology=kind.technology,
        forecast_kind=text.pick(kinds, np.tile(np.arange(len(kinds)), len(at) * len(regions))),
        generation_mw=figures[:, 1:].ravel(),
        issued_at=at[row],
        published_at=at[row],
        file_name=name.take(pa.array(row)),
    )
    # an hour's output stands in every later posting too: the first tells it
    told = np.flatnonzero(past)
    told = told[np.unique(rows.hour[told], return_index=True)[1]]
    row = np.repeat(told, len(regions))
    ctx.truth.keep(
        "fct_generation_intervals",
        feed,
        day,
        1,
        len(row),
        **rows.of(told).truth(len(regions)),
        location=text.pick(regions, np.tile(np.arange(len(regions)), len(told))),
        location_type="RENEWABLE_REGION",
        fuel=kind.fuel,
        generation_kind="HOURLY_MEAN",
        generation_mw=made[told, 1:].ravel(),
        published_at=at[row],
        file_name=name.take(pa.array(row)),
    )


def _or_blank(values: np.ndarray) -> pa.Array:
    """Numbers, blank where there is none."""
    shown = text.number(np.nan_to_num(values))
    return pa.compute.if_else(pa.array(np.isnan(values)), "", shown)


def resource_outages(ctx: Context, feed: str, market: Day) -> None:
    """NP3-233-CD: whole MW by zone from the hour under way, without a flag.

    Of what is out now, two fifths come back within days. Nothing is out here but thermal
    resources. The hour that autumn repeats has one row, and nothing says which passage it is.
    """
    rows = _rows(ctx, market, back=False)
    rows = rows.of(~rows.repeated)
    if not len(rows.hour):
        return
    now = (market.thermal_outage.T @ _regions(OUTAGE_ZONES))[rows.posting]
    lead = rows.hour - rows.posting
    out = np.round(now * (0.6 + 0.4 * np.exp(-lead / 48))[:, None])
    mw = np.hstack([out, np.zeros_like(out), np.zeros_like(out)])
    zones, kinds = list(OUTAGE_ZONES), list(_OUTAGE_KINDS)
    lines = text.Lines(
        [
            rows.date,
            text.pick([f"{h:02d}" for h in range(25)], rows.hour_ending),
            *[text.integer(column) for column in mw.T],
        ],
        "\n",
    )
    header = ",".join(["Date", "HourEnding", *[f"{k}Zone{z}" for k in kinds for z in zones]])
    published_at = market.hours.start + np.timedelta64(87, "s")
    at, name = _post_hours(ctx, feed, rows, 1, published_at, header, lines)
    resolved = np.flatnonzero(~local_of(rows.start + _HOUR, CENTRAL)[1] | (rows.hour_ending != 2))
    times = len(kinds) * len(zones)
    row = np.repeat(resolved, times)
    place = np.tile(np.arange(times), len(resolved))
    ctx.truth.keep(
        "fct_outage_intervals",
        feed,
        market.day,
        1,
        len(row),
        **rows.of(resolved).truth(times),
        location=text.pick([z.upper() for z in zones], place % len(zones)),
        location_type="FORECAST_ZONE",
        outage_kind=text.pick(list(_OUTAGE_KINDS.values()), place // len(zones)),
        outage_mw=mw[resolved].ravel(),
        issued_at=at[row],
        published_at=at[row],
        file_name=name.take(pa.array(row)),
    )
