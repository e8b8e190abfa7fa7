"""CAISO OASIS files: four reports, a zip per trading day as SingleZip answers it.

The mirror cuts the rows that a request asks for out of these files; they can also be read as they
lie.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from synthetic import text
from synthetic.caiso_market import (
    AREAS,
    REGIONS,
    SERVICES,
    V12_FROM,
    Day,
    components,
    location_type,
)
from synthetic.clock import PACIFIC, Grid, grid
from synthetic.context import Context
from synthetic.corrections import nudges
from synthetic.shapes import generator
from synthetic.zips import pack

ITEMS = {
    "LMP": "LMP_PRC",
    "MCC": "LMP_CONG_PRC",
    "MCE": "LMP_ENE_PRC",
    "MCL": "LMP_LOSS_PRC",
    "MGHG": "LMP_GHG_PRC",
}
# component -> column of fct_price_intervals
TRUTH = {
    "LMP": "price",
    "MCC": "congestion_price",
    "MCE": "energy_price",
    "MCL": "loss_price",
    "MGHG": "ghg_price",
}
GMT = "%Y-%m-%dT%H:%M:%S-00:00"

PRC_LMP = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,"
    "NODE,MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP"
)
PRC_INTVL_LMP = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,NODE_ID_XML,NODE_ID,NODE,"
    "MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,VALUE,OPR_INTERVAL,GROUP"
)
PRC_AS = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,OPR_TYPE,ANC_TYPE,"
    "ANC_REGION,MARKET_RUN_ID,XML_DATA_ITEM,MW,GROUP"
)
SLD_FCST = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,LOAD_TYPE,OPR_DT,OPR_HR,OPR_INTERVAL,MARKET_RUN_ID,"
    "TAC_AREA_NAME,LABEL,XML_DATA_ITEM,POS,MW,EXECUTION_TYPE,GROUP"
)


def opr_hour(clock: Grid) -> np.ndarray:
    """OPR_HR: hour ending; the repeated autumn hour is 25, in spring 3 is missing."""
    return np.where(clock.repeated, 25, clock.hour + 1)


def answer_name(report: str, run: str, first: date, last: date, asked: datetime, version: int):
    """Name without suffix of an answer: trading dates (end exclusive), time of the request."""
    return f"{first:%Y%m%d}_{last:%Y%m%d}_{report}_{run}_{asked:%Y%m%d_%H_%M_%S}_v{version}"


def _save(
    ctx: Context,
    feed: str,
    report: str,
    run: str,
    market: Day,
    asked: datetime,
    version: int,
    members: list[tuple[str, str, text.Lines | text.Stack]],
) -> str:
    """Write a zip; a member is (suffix of the run in its name, header, lines)."""
    asked += timedelta(days=5 * (ctx.revision - 1))
    first, last = market.day, market.day + timedelta(days=1)
    name = answer_name(report, run, first, last, asked, version) + ".zip"
    files = [
        (
            answer_name(report, run + suffix, first, last, asked, version) + ".csv",
            header.encode() + b"\n" + lines.all(),
        )
        for suffix, header, lines in members
    ]
    moment = int(asked.replace(tzinfo=ZoneInfo(PACIFIC)).timestamp())
    rows = sum(lines.rows for _, _, lines in members)
    ctx.write(feed, f"caiso/{report}/{name}", pack(files, asked), rows, moment)
    return name


def _shuffled(ctx: Context, feed: str, market: Day, blocks: int, size: int) -> np.ndarray:
    """Positions 0..size-1 of every block in an order of its own: OASIS rows come unordered."""
    rng = generator(ctx.seed, feed, "order", market.day)
    return np.argsort(rng.random((blocks, size)), axis=1).ravel()


def _time_columns(clock: Grid, index: np.ndarray) -> dict[str, object]:
    hour = opr_hour(clock)
    return {
        "start": text.stamp(clock.start[index], GMT),
        "end": text.stamp(clock.end[index], GMT),
        "date": f"{clock.day:%Y-%m-%d}",
        "hour": text.pick([str(h) for h in range(26)], hour[index]),
    }


def _nudge(ctx: Context, feed: str, market: Day, intervals: int) -> np.ndarray | None:
    if ctx.revision == 1:
        return None
    rng = generator(ctx.seed, feed, "correction", market.day)
    return nudges(rng, (len(market.nodes), intervals), ctx.share, 5)


def _price_truth(
    ctx: Context, feed: str, market: Day, clock: Grid, code: str, prices: dict, name: str
) -> None:
    count = len(market.nodes)
    who = np.repeat(np.arange(count), len(clock))
    when = np.tile(np.arange(len(clock)), count)
    ctx.truth.keep(
        "fct_price_intervals",
        feed,
        market.day,
        ctx.revision,
        len(who),
        iso="CAISO",
        market=code,
        location=text.pick(market.nodes, who),
        location_type=text.pick([location_type(n) for n in market.nodes], who),
        interval_start=clock.start[when],
        interval_end=clock.end[when],
        interval_minutes=clock.minutes,
        market_date=market.day,
        currency="USD",
        file_name=name,
        **{TRUTH[c]: values.ravel() for c, values in prices.items()},
    )


def _groups(market: Day) -> list[str]:
    return ["ALL_APNODES" if n.endswith("-APND") else "ALL" for n in market.nodes]


def dam_lmp(ctx: Context, feed: str, market: Day) -> None:
    """PRC_LMP, DAM: hourly, one CSV; version 1 without and version 12 with MGHG."""
    clock, nodes = market.hours, market.nodes
    kinds = components(market.day)
    prices = market.prices("DAM", _nudge(ctx, feed, market, len(clock)))
    blocks = len(nodes) * len(kinds)
    when = _shuffled(ctx, feed, market, blocks, len(clock))
    block = np.repeat(np.arange(blocks), len(clock))
    who, what = block // len(kinds), block % len(kinds)
    value = np.stack([prices[k] for k in kinds])[what, who, when]
    times = _time_columns(clock, when)
    node = text.pick(nodes, who)
    lines = text.Lines(
        [
            times["start"],
            times["end"],
            times["date"],
            times["hour"],
            "0",
            node,
            node,
            node,
            "DAM",
            text.pick(kinds, what),
            text.pick([ITEMS[k] for k in kinds], what),
            node,
            text.pick(_groups(market), who),
            text.pick([str(k) for k in range(len(kinds))], what),
            text.number(value),
            text.integer(block + 1),
        ],
        "\n",
    )
    asked = datetime.combine(market.day - timedelta(days=1), time(13, 5, 7))
    version = 12 if market.day >= V12_FROM else 1
    name = _save(ctx, feed, "PRC_LMP", "DAM", market, asked, version, [("", PRC_LMP, lines)])
    _price_truth(ctx, feed, market, clock, "DAM", prices, name)


def interval_lmp(ctx: Context, feed: str, market: Day) -> None:
    """PRC_INTVL_LMP, RTM: five minutes, version 3, one CSV per component."""
    clock, nodes = market.fives, market.nodes
    prices = market.prices("RTM", _nudge(ctx, feed, market, len(clock)))
    when = _shuffled(ctx, feed, market, len(nodes), len(clock))
    who = np.repeat(np.arange(len(nodes)), len(clock))
    times = _time_columns(clock, when)
    node = text.pick(nodes, who)
    within = (clock.local - clock.local.astype("datetime64[h]")).astype(int) // 300 + 1
    interval = text.integer(within[when])
    group = text.pick(_groups(market), who)
    members = []
    for pos, (kind, values) in enumerate(prices.items()):
        lines = text.Lines(
            [
                times["start"],
                times["end"],
                times["date"],
                times["hour"],
                node,
                node,
                node,
                "RTM",
                kind,
                ITEMS[kind],
                node,
                group,
                str(pos),
                text.number(values[who, when]),
                interval,
                text.integer(who * len(prices) + pos + 1),
            ],
            "\n",
        )
        members.append((f"_{kind}", PRC_INTVL_LMP, lines))
    asked = datetime.combine(market.day + timedelta(days=1), time(6, 2, 11))
    name = _save(ctx, feed, "PRC_INTVL_LMP", "RTM", market, asked, 3, members)
    _price_truth(ctx, feed, market, clock, "RT5M", prices, name)


def ancillary(ctx: Context, feed: str, market: Day) -> None:
    """PRC_AS: hourly, one file for DAM and one for HASP; the price stands in MW."""
    clock = market.hours
    kept: dict[str, list] = {"market": [], "price": [], "file": []}
    for run in ("DAM", "HASP"):
        price = market.capacity(run)
        if ctx.revision > 1:
            rng = generator(ctx.seed, feed, run, "correction", market.day)
            price = np.round(np.abs(price + nudges(rng, price.shape, ctx.share, 2)), 2)
        blocks = price.shape[0] * price.shape[1]
        when = _shuffled(ctx, feed + run, market, blocks, len(clock))
        block = np.repeat(np.arange(blocks), len(clock))
        what, where = block // len(REGIONS), block % len(REGIONS)
        times = _time_columns(clock, when)
        lines = text.Lines(
            [
                times["start"],
                times["end"],
                times["date"],
                times["hour"],
                "0",
                "",
                text.pick(list(SERVICES), what),
                text.pick(REGIONS, where),
                run,
                text.pick([s.item for s in SERVICES.values()], what),
                text.number(price[what, where, when]),
                text.integer(block + 1),
            ],
            "\n",
        )
        early = run == "DAM"
        asked = datetime.combine(market.day + timedelta(days=-1 if early else 1), time(13, 9, 40))
        version = 12 if market.day >= V12_FROM else 1
        name = _save(ctx, feed, "PRC_AS", run, market, asked, version, [("", PRC_AS, lines)])
        kept["market"].append(run)
        kept["price"].append(price)
        kept["file"].append(name)
    price = np.stack(kept["price"])
    run, what, where, when = (i.ravel() for i in np.indices(price.shape))
    ctx.truth.keep(
        "fct_ancillary_price_intervals",
        feed,
        market.day,
        ctx.revision,
        price.size,
        iso="CAISO",
        market=text.pick(kept["market"], run),
        location=text.pick(REGIONS, where),
        location_type="REGION",
        operator_product=text.pick(list(SERVICES), what),
        product=text.pick([s.product for s in SERVICES.values()], what),
        interval_start=clock.start[when],
        interval_end=clock.end[when],
        interval_minutes=60,
        market_date=market.day,
        price=price.ravel(),
        currency="USD",
        file_name=text.pick(kept["file"], run),
    )


# run, execution type, LOAD_TYPE, label, item, minutes, noise, decimals
FORECASTS = (
    ("7DA", "7DA", 0, "Demand Forecast 7-Day Ahead", "SYS_FCST_7DA_MW", 60, 0.04, 2),
    ("2DA", "2DA", 2, "Demand Forecast 2-Day Ahead", "SYS_FCST_2DA_MW", 60, 0.025, 2),
    ("DAM", "DAM", 1, "Demand Forecast Day Ahead", "SYS_FCST_DA_MW", 60, 0.02, 2),
    (
        "ACTUAL",
        "ACTUAL",
        0,
        "Total Actual Hourly Integrated Load",
        "SYS_FCST_ACT_MW",
        60,
        0.01,
        0,
    ),
    ("RTM", "RTPD", 0, "RTM 15Min Load Forecast", "SYS_FCST_15MIN_MW", 15, 0.015, 2),
    ("RTM", "RTD", 0, "RTM 5Min Load Forecast", "SYS_FCST_5MIN_MW", 5, 0.01, 2),
)


def demand_forecast(ctx: Context, feed: str, market: Day) -> None:
    """SLD_FCST: every run of a day in one CSV; OPR_INTERVAL counts in real time only."""
    body, parts, group = [], [], 0
    for pos, (run, execution, load_type, label, item, minutes, noise, digits) in enumerate(
        FORECASTS
    ):
        clock = grid(market.day, PACIFIC, minutes)
        load = market.load(clock, noise, execution, digits)
        when = _shuffled(ctx, feed + execution, market, len(AREAS), len(clock))
        who = np.repeat(np.arange(len(AREAS)), len(clock))
        times = _time_columns(clock, when)
        within = (clock.local - clock.local.astype("datetime64[h]")).astype(int) // (minutes * 60)
        number = within + 1 if minutes < 60 else np.zeros(len(clock), int)
        lines = text.Lines(
            [
                times["start"],
                times["end"],
                str(load_type),
                times["date"],
                times["hour"],
                text.integer(number[when]),
                run,
                text.pick(AREAS, who),
                label,
                item,
                text.pick([f"{pos}" if a == 0 else f"{pos}.{a}" for a in range(len(AREAS))], who),
                text.number(load[who, when]),
                execution,
                text.integer(group + who + 1),
            ],
            "\n",
        )
        group += len(AREAS)
        body.append(lines)
        parts.append((run, execution, clock, load, who, when))
    asked = datetime.combine(market.day + timedelta(days=1), time(9, 14, 58))
    name = _save(ctx, feed, "SLD_FCST", "N", market, asked, 1, [("", SLD_FCST, text.Stack(body))])
    _forecast_truth(ctx, feed, market, parts, name)


def _forecast_truth(ctx: Context, feed: str, market: Day, parts: list, name: str) -> None:
    """Actuals go to the load mart, all other runs to the forecast mart."""
    for mart in ("fct_load_intervals", "fct_load_forecast_intervals"):
        chosen = [p for p in parts if (p[0] == "ACTUAL") == (mart == "fct_load_intervals")]
        each = [len(p[4]) for p in chosen]
        which = np.repeat(np.arange(len(chosen)), each)
        minutes = np.array([p[2].minutes for p in chosen])[which]
        where = np.concatenate([p[4] for p in chosen])
        extra = {"load_kind": "ACTUAL"}
        if mart == "fct_load_forecast_intervals":
            extra = {
                "operator_market": text.pick([p[0] for p in chosen], which),
                "model": text.pick([p[1] for p in chosen], which),
            }
        ctx.truth.keep(
            mart,
            feed,
            market.day,
            ctx.revision,
            sum(each),
            iso="CAISO",
            location=text.pick(AREAS, where),
            location_type=text.pick(["SYSTEM"] + ["TAC_AREA"] * (len(AREAS) - 1), where),
            interval_start=np.concatenate([p[2].start[p[5]] for p in chosen]),
            interval_end=np.concatenate([p[2].end[p[5]] for p in chosen]),
            interval_minutes=minutes,
            market_date=market.day,
            load_mw=np.concatenate([p[3][p[4], p[5]] for p in chosen]),
            file_name=name,
            **extra,
        )


WRITERS: dict[str, Callable[[Context, str, Day], None]] = {
    "caiso_prc_lmp": dam_lmp,
    "caiso_prc_intvl_lmp": interval_lmp,
    "caiso_prc_as": ancillary,
    "caiso_sld_fcst": demand_forecast,
}
CORRECTED = ("caiso_prc_lmp", "caiso_prc_intvl_lmp", "caiso_prc_as")


def write_days(ctx: Context, feeds: list[str], days: list[date]) -> None:
    """Write `feeds` for every day."""
    for day in days:
        market = Day(ctx.seed, day, ctx.points["caiso"])
        for feed in feeds:
            if ctx.revision == 1 or feed in CORRECTED:
                WRITERS[feed](ctx, feed, market)
