"""ERCOT's 60-day disclosures of batteries: NP3-966-ER (day ahead) and NP3-965-ER (dispatch).

Until 2025-12-04 a battery is a generation resource and a load, since then one resource. Beside the
batteries there are a solar plant and, at some sites, loads that are no batteries. The prices
printed are those of the first publication: leave the disclosures of corrected days out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta

import numpy as np
import pyarrow as pa

from synthetic import text
from synthetic.clock import CENTRAL, local_of
from synthetic.context import Context
from synthetic.ercot_batteries import BATTERIES_FROM, Fleet, Lines
from synthetic.ercot_market import Day, Plants
from synthetic.ercot_posting import PRODUCTS as POSTED
from synthetic.ercot_posting import instants, moment, utc_seconds
from synthetic.shapes import generator
from synthetic.zips import pack

# Later files do not put each cell between quotation marks; the day is not known.
QUOTED_UNTIL = date(2025, 12, 1)
# Until then, or somewhat earlier, two capabilities were spelt without their last letter.
LONG_NAMES_FROM = date(2026, 7, 1)
LOAD_MW = 25.0

Columns = dict[str, pa.Array | str]


def _blank(*names: str) -> Columns:
    return dict.fromkeys(names, "")


def _curve(mw: str, price: str, points: int) -> Columns:
    return _blank(*[n.format(i) for i in range(1, points + 1) for n in (mw, price)])


def _offer(
    mw: str, price: str, curve: tuple[np.ndarray, np.ndarray] | None, who: np.ndarray
) -> Columns:
    """The first points of a curve that is shown."""
    found: Columns = {}
    for name, values in zip((mw, price), curve or (), strict=False):
        for point, column in enumerate(values.T, 1):
            found[name.format(point)] = text.bare(column[who])
    return found


class _Zip:
    """Members of one posting, 60 days after its market day."""

    def __init__(self, ctx: Context, feed: str, day: date):
        self._ctx, self._feed = ctx, feed
        posted = day + timedelta(days=60)
        self.published = utc_seconds(posted, time(4, 30)) + day.toordinal() % 1800
        self._day = f"{posted:%d-%b-%y}".upper()
        self._is_quoted = posted < QUOTED_UNTIL
        self._members: list[tuple[str, bytes]] = []
        self._rows = 0

    def add(self, name: str, *tables: Columns) -> None:
        """A member of one or more tables with the same columns, one after the other."""
        cells = [[*t.values()] for t in tables]
        header = [*tables[0]]
        if self._is_quoted:
            header = [text.quoted(h) for h in header]
            cells = [[text.quoted(c) for c in row] for row in cells]
        body = text.Stack([text.Lines(row, "\n") for row in cells])
        data = ",".join(header).encode() + b"\n" + body.all()
        self._members.append((f"{name}-{self._day}.csv", data))
        self._rows += body.rows

    def post(self) -> str:
        """Write the zip and return its name."""
        product, at = POSTED[self._feed], moment(self.published)
        name = f"ext.{product.report_type:08d}.{'0' * 16}.{at:%Y%m%d.%H%M%S}.{product.stem}.zip"
        path = f"ercot/{product.emil_id}/{name}"
        data = pack(self._members, at)
        self._ctx.write(self._feed, path, data, self._rows, self.published)
        return name


# Day ahead


def dam_disclosure(ctx: Context, feed: str, market: Day) -> None:
    """NP3-966-ER: hours have no flag; the 25 of the autumn day are counted through."""
    if market.day < BATTERIES_FROM:
        return
    fleet = Fleet(market, ctx.batteries)
    batteries = fleet.batteries
    posting = _Zip(ctx, feed, market.day)
    names = [b.single if fleet.is_single else b.generation for b in batteries]
    floor = [-b.power_mw if fleet.is_single else 0.0 for b in batteries]
    own = _dam_resources(
        fleet,
        names,
        ["ESR" if fleet.is_single else "PWRSTR"] * len(names),
        limits=([b.power_mw for b in batteries], floor),
        points=[b.point for b in batteries],
        prices=fleet.dam_price,
        energy=fleet.dam_energy,
        services=fleet.dam_services,
    )
    plant = _dam_plants(fleet)
    if fleet.is_single or not fleet.is_in_dam:
        posting.add("60d_DAM_Gen_Resource_Data", plant)
    else:
        posting.add("60d_DAM_Gen_Resource_Data", own, plant)
    if fleet.is_single and fleet.is_in_dam:
        posting.add("60d_DAM_ESR_Data", own)
    loads = _dam_loads(fleet)
    if loads:
        posting.add("60d_DAM_Load_Resource_Data", loads)
    file_name = posting.post()
    hours = market.hours
    _keep_revenue(ctx, feed, fleet, "DAM", (hours.start, hours.end), posting.published, file_name)
    ctx.truth.keep(
        "batteries",
        feed,
        market.day,
        1,
        len(batteries),
        iso="ERCOT",
        market_date=market.day,
        resource=names,
        load_resource=[None if fleet.is_single else b.load for b in batteries],
        settlement_point=[b.point for b in batteries],
        **{
            name: np.array([getattr(b, name) for b in batteries])
            for name in (
                "power_mw",
                "energy_mwh",
                "charge_efficiency",
                "discharge_efficiency",
                "auxiliary_mw",
            )
        },
        published_at=instants(posting.published, len(batteries)),
        file_name=file_name,
    )


def _hours(fleet: Fleet, count: int) -> tuple[Columns, np.ndarray, np.ndarray]:
    """The first columns of `count` resources day ahead; hour and resource of each row."""
    hours = len(fleet.market.hours)
    hour, who = np.repeat(np.arange(hours), count), np.tile(np.arange(count), hours)
    # 25 hours are counted through, 23 go by the clock
    ending = fleet.market.hours.hour + 1 if hours < 25 else np.arange(hours) + 1
    return (
        {
            "Delivery Date": f"{fleet.market.day:%m/%d/%Y}",
            "Hour Ending": text.integer(ending[hour]),
        },
        hour,
        who,
    )


def _award(name: str, award: np.ndarray) -> Columns:
    return {f"{name} Awarded": text.bare(award)}


def _price(fleet: Fleet, name: str, service: str, hour: np.ndarray, shown: np.ndarray) -> Columns:
    """Clearing price of each row; blank where nothing was offered."""
    price = fleet.market.capacity[service][hour]
    return {f"{name} MCPC": text.bare(np.where(shown, price, np.nan))}


def _dam_resources(
    fleet: Fleet,
    names: list[str],
    kinds: list[str],
    limits: tuple[list[float], list[float]],
    points: list[str],
    prices: np.ndarray,
    energy: np.ndarray,
    services: dict[str, np.ndarray],
) -> Columns:
    """Rows of the member of generation resources, or of that of storage."""
    first, hour, who = _hours(fleet, len(names))
    award = {p: a[who, hour] for p, a in services.items()}
    shown = ~np.isnan(award["REGUP"])
    high, low = (np.array(limit)[who] for limit in limits)
    curve = _curve("QSE submitted Curve-MW{}", "QSE submitted Curve-Price{}", 10)
    offer = np.full(len(who), -250.0)
    return {
        **first,
        "QSE": text.pick([f"QSYN{i % 9}" for i in range(len(names))], who),
        "DME": "YSYN",
        "Resource Name": text.pick(names, who),
        "Resource Type": text.pick(kinds, who),
        **curve,
        "QSE submitted Curve-MW1": text.bare(low),
        "QSE submitted Curve-Price1": text.bare(offer),
        "QSE submitted Curve-MW2": text.bare(high),
        "QSE submitted Curve-Price2": text.bare(-10 * offer),
        **_blank("Start Up Hot", "Start Up Inter", "Start Up Cold", "Min Gen Cost"),
        "HSL": text.bare(high),
        "LSL": text.bare(low),
        "Resource Status": "ON",
        "Awarded Quantity": text.bare(energy[who, hour]),
        "Settlement Point Name": text.pick(points, who),
        "Energy Settlement Point Price": text.bare(prices[who, hour]),
        **_award("RegUp", award["REGUP"]),
        **_price(fleet, "RegUp", "REGUP", hour, shown),
        **_award("RegDown", award["REGDN"]),
        **_price(fleet, "RegDown", "REGDN", hour, shown),
        **_award("RRSPFR", award["RRSPFR"]),
        **_award("RRSFFR", award["RRSFFR"]),
        **_award("RRSUFR", np.where(shown, 0.0, np.nan)),
        **_price(fleet, "RRS", "RRS", hour, shown),
        **_award("ECRSSD", award["ECRS"]),
        **_price(fleet, "ECRS", "ECRS", hour, shown),
        **_award("NonSpin", award["NSPIN"]),
        **_price(fleet, "NonSpin", "NSPIN", hour, shown),
    }


def _dam_plants(fleet: Fleet) -> Columns:
    """Generation that is no battery."""
    plants = fleet.market.plants
    sold = plants.sold
    return _dam_resources(
        fleet,
        [plants.names[u] for u in sold],
        [plants.kinds[u] for u in sold],
        limits=(list(plants.limit_mw[sold].max(axis=1)), [0.0] * len(sold)),
        points=list(plants.point),
        prices=plants.price,
        energy=plants.energy_mw,
        services=plants.services,
    )


def _dam_loads(fleet: Fleet) -> Columns:
    """Rows of the member of loads: those of batteries until the single model, and neighbours."""
    beside = fleet.neighbours()
    owned = [] if fleet.is_single else [i for i, b in enumerate(fleet.batteries) if b.load]
    names = [fleet.batteries[i].load for i in owned] + [name for name, _ in beside]
    if not names:
        return {}
    size = [fleet.batteries[i].power_mw for i in owned] + [LOAD_MW] * len(beside)
    first, hour, who = _hours(fleet, len(names))
    rng = generator(fleet.market.seed, "ERCOT", "neighbours", fleet.market.day)
    shape = (len(names), len(fleet.market.hours))
    regdn = np.zeros(shape)
    regdn[: len(owned)] = fleet.load_regdn[owned]
    product = np.array([None] * len(owned) + [p for _, p in beside])
    drawn = np.round(rng.uniform(0.1, 9.0, shape), 1)
    awards = {p: np.where((product == p)[:, None], drawn, 0.0) for p in ("RRSUFR", "ECRSMD")}
    every = np.ones(len(who), bool)
    none = np.zeros(len(who))
    return {
        **first,
        "Load Resource Name": text.pick(names, who),
        "Max Power Consumption for Load Resource": text.bare(np.array(size)[who]),
        "Low Power Consumption for Load Resource": text.bare(none),
        **_award("RegUp", none),
        **_price(fleet, "RegUp", "REGUP", hour, every),
        **_award("RegDown", regdn[who, hour]),
        **_price(fleet, "RegDown", "REGDN", hour, every),
        **_award("RRSPFR", none),
        **_award("RRSFFR", none),
        **_award("RRSUFR", awards["RRSUFR"][who, hour]),
        **_price(fleet, "RRS", "RRS", hour, every),
        **_award("ECRSSD", none),
        **_award("ECRSMD", awards["ECRSMD"][who, hour]),
        **_price(fleet, "ECRS", "ECRS", hour, every),
        **_award("NonSpin", none),
        **_price(fleet, "NonSpin", "NSPIN", hour, every),
    }


# Dispatch

_CAPABILITIES = ("REGUP", "REGDN", "ECRS", "NSPIN")
_RUN_AWARDS = ("NSPIN", "RRSFFR", "RRSPFR", "RRSUFR", "ECRS", "REGUP", "REGDN")


def sced_disclosure(ctx: Context, feed: str, market: Day) -> None:
    """NP3-965-ER: a row per run and resource; runs are off the grid, some days have more."""
    if market.day < BATTERIES_FROM:
        return
    fleet = Fleet(market, ctx.batteries)
    batteries = fleet.batteries
    posting = _Zip(ctx, feed, market.day)
    side = "ESR" if fleet.is_single else "GEN"
    names = [b.single if fleet.is_single else b.generation for b in batteries]
    output = fleet.output if fleet.is_single else np.clip(fleet.output, 0, None)
    power = np.array([[b.power_mw] for b in batteries])
    own = _sced_resources(
        fleet,
        names,
        ["ESR" if fleet.is_single else "PWRSTR"] * len(names),
        fleet.shown[side],
        limits=(power, -power if fleet.is_single else 0 * power),
        output=output,
    )
    runs = len(fleet.runs)
    plants = market.plants
    plant = _sced_resources(
        fleet,
        list(plants.names),
        list(plants.kinds),
        np.ones(plants.output_mw.shape, bool),
        limits=(plants.limit_mw, np.zeros((len(plants.names), 1))),
        output=plants.output_mw,
        curve=(plants.curve_mw, plants.curve_price),
    )
    if fleet.is_single:
        posting.add("60d_SCED_Gen_Resource_Data", plant)
        posting.add("60d_ESR_Data_in_SCED", own)
    else:
        posting.add("60d_SCED_Gen_Resource_Data", own, plant)
    loads = _sced_loads(fleet)
    if loads:
        posting.add("60d_Load_Resource_Data_in_SCED", loads)
    file_name = posting.post()
    start = market.fives.start[::3]
    quarters = start, start + np.timedelta64(900, "s")
    _keep_revenue(ctx, feed, fleet, "RT15M", quarters, posting.published, file_name)
    count = fleet.output.size
    ctx.truth.keep(
        "battery_states",
        feed,
        market.day,
        1,
        count,
        iso="ERCOT",
        interval_start=np.tile(fleet.runs, len(batteries)),
        run_at=np.tile(fleet.runs, len(batteries)),
        market_date=market.day,
        resource=text.pick(names, np.repeat(np.arange(len(batteries)), runs)),
        output_mw=fleet.output.ravel(),
        soc_mwh=fleet.soc.ravel(),
        published_at=instants(posting.published, count),
        file_name=file_name,
    )


def _runs(fleet: Fleet, shown: np.ndarray) -> tuple[Columns, np.ndarray, np.ndarray]:
    """The first columns of a dispatch member; run and resource of each row."""
    run, who = np.nonzero(shown.T)
    local, repeated = local_of(fleet.runs, CENTRAL)
    return (
        {
            "SCED Time Stamp": text.stamp(local[run], "%m/%d/%Y %H:%M:%S"),
            "Repeated Hour Flag": text.pick(["N", "Y"], repeated[run].astype(int)),
            "QSE": text.pick([f"QSYN{i % 9}" for i in range(len(shown))], who),
            "DME": "YSYN",
        },
        run,
        who,
    )


def _sced_resources(
    fleet: Fleet,
    names: list[str],
    kinds: list[str],
    shown: np.ndarray,
    limits: tuple[np.ndarray, np.ndarray],
    output: np.ndarray,
    curve: tuple[np.ndarray, np.ndarray] | None = None,
) -> Columns:
    """Rows of the member of generation resources, or of that of storage.

    `limits` are one for all runs or one for each, `curve` is the offer of what is no battery.
    """
    is_battery = curve is None
    first, run, who = _runs(fleet, shown)
    high, low = (text.bare(np.broadcast_to(limit, shown.shape)[who, run]) for limit in limits)
    measured = text.bare(output[who, run])
    columns = {
        **first,
        "Resource Name": text.pick(names, who),
        "Resource Type": text.pick(kinds, who),
        **_curve("SCED1 Curve-MW{}", "SCED1 Curve-Price{}", 35),
        **_offer("SCED1 Curve-MW{}", "SCED1 Curve-Price{}", curve, who),
        **_curve("SCED2 Curve-MW{}", "SCED2 Curve-Price{}", 35),
        "Output Schedule": "0",
        "HSL": high,
        **({} if fleet.is_single else {"HASL": high}),
        "HDL": high,
        "LSL": low,
        **({} if fleet.is_single else {"LASL": low}),
        "LDL": low,
        "Telemetered Resource Status": _status(kinds, limits[0], shown, who, run),
        "Base Point": measured,
        "Telemetered Net Output": measured,
    }
    if fleet.is_single:
        columns |= _capabilities(fleet.market.day, high)
        if is_battery:
            energy = np.array([b.energy_mwh for b in fleet.batteries])[who]
            columns |= {
                "State of Charge": text.bare(np.round(fleet.soc[who, run], 2)),
                "Minimum SOC": text.bare(np.round(0.05 * energy, 2)),
                "Maximum SOC": text.bare(energy),
            }
        columns |= _blank(*[f"AS Awards {p}" for p in _RUN_AWARDS])
        if is_battery:
            for product, award in fleet.rt_services.items():
                mw = award[who, run]
                # what was not awarded is blank
                columns[f"AS Awards {product}"] = text.bare(np.where(mw > 0, mw, np.nan))
    else:
        services = fleet.dam_services if is_battery else _sold_services(fleet.market.plants)
        hour = np.searchsorted(fleet.market.hours.start, fleet.runs, side="right") - 1
        for name, products in (
            ("REGUP", ["REGUP"]),
            ("REGDN", ["REGDN"]),
            ("RRS", ["RRSPFR", "RRSFFR"]),
            ("RRSFFR", ["RRSFFR"]),
            ("NSRS", ["NSPIN"]),
            ("ECRS", ["ECRS"]),
        ):
            held = sum(np.nan_to_num(services[p]) for p in products)
            columns[f"Ancillary Service {name}"] = text.bare(held[who, hour[run]])
    return columns | {
        "Bid_Type": "3PT",
        **_blank("Start Up Cold Offer", "Start Up Hot Offer", "Start Up Inter Offer"),
        "Min Gen Cost": "",
        **_curve("Submitted TPO-MW{}", "Submitted TPO-Price{}", 10),
        "Proxy Extension": "No",
    }


def _status(
    kinds: list[str], high: np.ndarray, shown: np.ndarray, who: np.ndarray, run: np.ndarray
) -> pa.Array:
    """A unit that can produce nothing is out, unless it waits for wind or sun."""
    waits = np.isin(kinds, ("WIND", "PVGR"))[:, None]
    out = (np.broadcast_to(high, shown.shape) == 0) & ~waits
    return text.pick(["ON", "OUT"], out[who, run].astype(int))


def _sold_services(plants: Plants) -> dict[str, np.ndarray]:
    """Day-ahead awards of all plants, (U, hours): nothing for those that sold nothing."""
    found = {}
    for product, award in plants.services.items():
        found[product] = np.zeros((len(plants.names), award.shape[1]))
        found[product][plants.sold] = award
    return found


def _capabilities(day: date, mw: pa.Array) -> Columns:
    end = "R" if day >= LONG_NAMES_FROM else ""
    names = [*_CAPABILITIES, f"RRSPF{end}", f"RRSFF{end}"]
    ramps = {"Ramp Rate Up": mw, "Ramp Rate Down": mw}
    return ramps | {f"AS Capability {n}": mw for n in names}


def _sced_loads(fleet: Fleet) -> Columns:
    """Rows of the member of loads: those of batteries until the single model, and neighbours."""
    beside = fleet.neighbours()
    owned = [] if fleet.is_single else [i for i, b in enumerate(fleet.batteries) if b.load]
    names = [fleet.batteries[i].load for i in owned] + [name for name, _ in beside]
    if not names:
        return {}
    runs = len(fleet.runs)
    shown = np.vstack([fleet.shown["LOAD"][owned], np.ones((len(beside), runs), bool)])
    taken = np.vstack([np.clip(-fleet.output[owned], 0, None), np.full((len(beside), runs), 17.4)])
    size = [fleet.batteries[i].power_mw for i in owned] + [LOAD_MW] * len(beside)
    first, run, who = _runs(fleet, shown)
    limit = text.bare(np.array(size)[who])
    measured = text.bare(taken[who, run] + 0.0)
    columns = {
        **first,
        "Resource Name": text.pick(names, who),
        "Telemetered Resource Status": "ONL",
        "Max Power Consumption": limit,
        "Low Power Consumption": "0",
        "Real Power Consumption": measured,
    }
    curve = _curve("SCED Bid to Buy Curve-MW{}", "SCED Bid to Buy Curve-Price{}", 10)
    if fleet.is_single:
        columns |= _blank(*[f"AS Awards {p}" for p in _RUN_AWARDS]) | curve
        columns |= dict.fromkeys([f"Self Provided {p}" for p in ("RRSFFR", "RRSUFR", "ECRS")], "0")
        columns |= dict.fromkeys(["Ramp Rate Up", "Ramp Rate Down"], "0")
        able = ("NSPIN", "ECRS", "REGUP", "REGDN", "RRSPFR", "RRSFFR", "RRSUFR")
        columns |= dict.fromkeys([f"AS Capability {p}" for p in able], "0")
        return columns | {"HDL": measured, "LDL": measured, "Base Point": ""}
    services = ("RRS", "RRSFFR", "NonSpin", "RegUp", "RegDown", "ECRS")
    columns |= dict.fromkeys([f"AS Responsibility for {s}" for s in services], "0")
    limits = dict.fromkeys(["HASL", "HDL", "LASL", "LDL"], limit)
    return columns | curve | limits | {"Base Point": measured}


# Truth


def _keep_revenue(
    ctx: Context,
    feed: str,
    fleet: Fleet,
    market: str,
    intervals: tuple[np.ndarray, np.ndarray],
    published: int,
    file_name: str,
) -> None:
    """Every line of the day that can be given to a battery."""
    lines = list(fleet.lines(market))
    rows = sum(len(part.battery) for part in lines)
    if not rows:
        return
    who, when, quantity, price = (
        np.concatenate([getattr(part, name) for part in lines])
        for name in ("battery", "interval", "quantity", "price")
    )

    def each(values: Iterable[list[str | None]]) -> pa.Array:
        """One text of each battery, by line."""
        parts = zip(values, lines, strict=True)
        return pa.concat_arrays([text.pick(v, part.battery) for v, part in parts])

    batteries = fleet.batteries
    resource = [b.single if fleet.is_single else b.generation for b in batteries]
    load = [b.load for b in batteries]
    ctx.truth.keep(
        "fct_bess_revenue_lines",
        feed,
        fleet.market.day,
        1,
        rows,
        iso="ERCOT",
        market=market,
        interval_start=intervals[0][when],
        interval_end=intervals[1][when],
        interval_minutes=60 if market == "DAM" else 15,
        market_date=fleet.market.day,
        resource=text.pick(resource, who),
        revenue_line=each([p.revenue_line] * len(batteries) for p in lines),
        side=each([p.side] * len(batteries) for p in lines),
        settlement_point=text.pick([b.point for b in batteries], who),
        source_resource=each(load if p.side == "LOAD" else resource for p in lines),
        evidence_code=each([_evidence(p, b.pairing) for b in batteries] for p in lines),
        quantity=quantity,
        price=price,
        amount=quantity * price,
        currency="USD",
        published_at=instants(published, rows),
        file_name=file_name,
    )


def _evidence(lines: Lines, pairing: str) -> str:
    """What a line rests on, by the codes of the mart."""
    is_estimated = lines.revenue_line == "RT_ENERGY"
    if lines.side == "LOAD":
        return ("ESTIMATED_PAIRED_BY_" if is_estimated else "PAIRED_BY_") + pairing
    return "ESTIMATED" if is_estimated else "DISCLOSED"
