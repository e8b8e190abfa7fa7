"""The NEM tables of one day as AEMO CSV lines, sorted by interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synthetic import text
from synthetic.nem_layouts import FAST_SERVICES, FIVE_MINUTE_SETTLEMENT, SERVICES, layout
from synthetic.nem_market import CONSTRAINTS, LINKS, REGIONS, Day

STAMP = '"%Y/%m/%d %H:%M:%S"'
_ACTUAL = np.timedelta64(15, "s")


@dataclass(frozen=True)
class Table:
    """Lines of one table over a day, with where each interval starts.

    Attributes:
        report: first two fields after the record letter, for example `DISPATCH,PRICE`.
        header: the I line without its end.
        starts: row at which interval t begins; one entry more than there are intervals.
    """

    report: str
    header: str
    lines: text.Lines
    starts: np.ndarray

    def block(self, first: int, last: int, end: bytes) -> tuple[bytes, int]:
        """I line and D lines of intervals first..last-1, and the number of D lines."""
        a, b = int(self.starts[first]), int(self.starts[last])
        return self.header.encode() + end + self.lines.part(a, b), b - a


@dataclass(frozen=True)
class Rows:
    """Which interval, entity and run each row of a table stands for."""

    interval: np.ndarray
    entity: np.ndarray
    run: np.ndarray

    def pick(self, by_run: dict[int, np.ndarray]) -> np.ndarray:
        """Values by run, each (entities, intervals), laid out by row."""
        zero = by_run[0][self.entity, self.interval]
        if 1 not in by_run:
            return zero
        return np.where(self.run == 1, by_run[1][self.entity, self.interval], zero)

    def one(self, values: np.ndarray) -> np.ndarray:
        """Values (entities, intervals) that do not depend on the run, by row."""
        return values[self.entity, self.interval]


def rows(entities: int, intervals: int, intervention: np.ndarray | None) -> Rows:
    """Rows of every interval and entity; run 1 only where `intervention` says so."""
    if intervention is None:
        interval, entity = (i.ravel() for i in np.indices((intervals, entities)))
        return Rows(interval, entity, np.zeros(len(interval), int))
    interval, entity, run = (i.ravel() for i in np.indices((intervals, entities, 2)))
    keep = (run == 0) | intervention[interval]
    return Rows(interval[keep], entity[keep], run[keep])


def table_of(
    name: str,
    report: str,
    market: Day,
    monthly: bool,
    end: str,
    where: Rows,
    intervals: int,
    values: dict[str, pa.Array | str],
) -> Table:
    """Put `values` (by column name) into the layout of the day; the other columns are blank."""
    found = layout(name, market.day, monthly=monthly)
    head = f"{report},{found.version}"
    columns = [f"D,{head}", *(values.get(c, "") for c in found.columns)]
    header = f"I,{head}," + ",".join(found.columns)
    starts = np.searchsorted(where.interval, np.arange(intervals + 1))
    return Table(report, header, text.Lines(columns, end), starts)


def _dispatch_interval(ends: np.ndarray) -> np.ndarray:
    """YYYYMMDDPPP: the trading day starts at 04:00, its first interval ends 04:05."""
    moved = ends - np.timedelta64(4 * 3600 + 1, "s")
    day = moved.astype("datetime64[D]")
    number = (ends - day - np.timedelta64(4 * 3600, "s")).astype(int) // 300
    stamp = np.array([f"{d.item():%Y%m%d}" for d in day]).astype(np.int64)
    return stamp * 1000 + number


@dataclass(frozen=True)
class Stamps:
    """Times of one publication: `late` seconds are added to LASTCHANGED (a re-issue)."""

    market: Day
    late: int = 0

    def dispatch(self, where: Rows) -> dict[str, pa.Array | str]:
        """SETTLEMENTDATE, RUNNO, DISPATCHINTERVAL, INTERVENTION, LASTCHANGED by row."""
        grid = self.market.fives
        ends = grid.local + np.timedelta64(300, "s")
        changed = grid.local + _ACTUAL + np.timedelta64(self.late, "s")
        return {
            "SETTLEMENTDATE": text.stamp(ends[where.interval], STAMP),
            "RUNNO": "1",
            "DISPATCHINTERVAL": text.integer(_dispatch_interval(ends)[where.interval]),
            "INTERVENTION": text.integer(where.run),
            "LASTCHANGED": text.stamp(changed[where.interval], STAMP),
        }


def price(market: Day, monthly: bool, end: str, nudge: np.ndarray | None, late: int) -> Table:
    """DISPATCH,PRICE. A price held by cap or floor has APCFLAG 4 and its original in ROP."""
    where = rows(len(REGIONS), 288, market.intervention)
    rrp = where.pick({0: market.price(0, nudge), 1: market.price(1, nudge)})
    original = where.pick({0: market.original_price, 1: market.price(1)})
    held = market.price(0) != market.original_price
    bound = where.pick({0: held, 1: np.zeros_like(held)})
    values = Stamps(market, late).dispatch(where) | {
        "REGIONID": text.pick(REGIONS, where.entity),
        "RRP": text.number(rrp),
        "EEP": "0",
        "ROP": text.number(original),
        "APCFLAG": text.integer(4 * bound),
        "MARKETSUSPENDEDFLAG": "0",
        "PRICE_STATUS": "FIRM",
        "OCD_STATUS": "NOT_OCD",
        "MII_STATUS": "NOT_MII",
        "PRE_AP_ENERGY_PRICE": text.number(original),
        "CUMUL_PRE_AP_ENERGY_PRICE": text.number(where.one(market.cumulative["ENERGY"])),
    }
    for service in (*SERVICES, *FAST_SERVICES):
        cleared = text.number(where.one(market.services[service]))
        short = service.removesuffix("SEC")
        values |= {
            f"{service}RRP": cleared,
            f"{service}ROP": cleared,
            f"{service}APCFLAG": "0",
            f"PRE_AP_{short}_PRICE": cleared,
            f"CUMUL_PRE_AP_{short}_PRICE": text.number(where.one(market.cumulative[service])),
        }
    return table_of("PRICE", "DISPATCH,PRICE", market, monthly, end, where, 288, values)


def region_sum(market: Day, monthly: bool, end: str, late: int) -> Table:
    """DISPATCH,REGIONSUM."""
    where = rows(len(REGIONS), 288, market.intervention)
    by_run = {run: market.region(run) for run in (0, 1)}
    values = Stamps(market, late).dispatch(where) | {"REGIONID": text.pick(REGIONS, where.entity)}
    for name in by_run[0]:
        values[name] = text.number(where.pick({run: by_run[run][name] for run in (0, 1)}))
    return table_of("REGIONSUM", "DISPATCH,REGIONSUM", market, monthly, end, where, 288, values)


def links(market: Day, monthly: bool, end: str, late: int) -> Table:
    """DISPATCH,INTERCONNECTORRES."""
    where = rows(len(LINKS), 288, market.intervention)
    limits = {run: market.limits(run) for run in (0, 1)}
    value = {run: np.where(market.target[run] >= limits[run][0], -12.5, 0.0) for run in (0, 1)}
    values = Stamps(market, late).dispatch(where) | {
        "INTERCONNECTORID": text.pick([link.name for link in LINKS], where.entity),
        "METEREDMWFLOW": text.number(where.pick({r: market.metered(r) for r in (0, 1)})),
        "MWFLOW": text.number(where.pick(market.target)),
        "MWLOSSES": text.number(where.pick({r: market.losses(r) for r in (0, 1)})),
        "MARGINALVALUE": text.number(where.pick(value)),
        "VIOLATIONDEGREE": "0",
        "EXPORTLIMIT": text.number(where.pick({r: limits[r][0] for r in (0, 1)})),
        "IMPORTLIMIT": text.exponent(where.pick({r: limits[r][1] for r in (0, 1)})),
        "MARGINALLOSS": "1.03692",
        "EXPORTGENCONID": text.pick([c[0] for c in CONSTRAINTS], where.entity),
        "IMPORTGENCONID": text.pick([c[0] for c in CONSTRAINTS], where.entity + 1),
        "FCASEXPORTLIMIT": "2204",
        "FCASIMPORTLIMIT": "-2478",
        "LOCAL_PRICE_ADJUSTMENT_EXPORT": "0",
        "LOCALLY_CONSTRAINED_EXPORT": "0",
        "LOCAL_PRICE_ADJUSTMENT_IMPORT": "0",
        "LOCALLY_CONSTRAINED_IMPORT": "0",
    }
    return table_of(
        "INTERCONNECTORRES", "DISPATCH,INTERCONNECTORRES", market, monthly, end, where, 288, values
    )


def constraints(market: Day, monthly: bool, end: str, late: int) -> Table:
    """DISPATCH,CONSTRAINT."""
    where = rows(len(CONSTRAINTS), 288, market.intervention)
    by_run = {run: market.constraint(run) for run in (0, 1)}
    values = Stamps(market, late).dispatch(where) | {
        "CONSTRAINTID": text.pick([c[0] for c in CONSTRAINTS], where.entity),
        "GENCONID_EFFECTIVEDATE": text.pick([f'"{c[1]}"' for c in CONSTRAINTS], where.entity),
        "GENCONID_VERSIONNO": text.pick([str(c[2]) for c in CONSTRAINTS], where.entity),
    }
    for name in by_run[0]:
        values[name] = text.number(where.pick({run: by_run[run][name] for run in (0, 1)}))
    return table_of("CONSTRAINT", "DISPATCH,CONSTRAINT", market, monthly, end, where, 288, values)


def case_solution(market: Day, end: str, late: int) -> Table:
    """DISPATCH,CASE_SOLUTION: one row per run; the warehouse does not land it."""
    where = rows(1, 288, market.intervention)
    objective = market.rng("objective").uniform(-4e7, -1e7, (1, 288))
    zeros = (
        "NONPHYSICALLOSSES",
        "TOTALAREAGENVIOLATION",
        "TOTALINTERCONNECTORVIOLATION",
        "TOTALGENERICVIOLATION",
        "SWITCHRUNINITIALSTATUS",
        "SWITCHRUNBESTSTATUS",
    )
    values = Stamps(market, late).dispatch(where) | dict.fromkeys(zeros, "0")
    values |= {"SOLUTIONSTATUS": "1", "TOTALOBJECTIVE": text.fixed(where.one(objective), 4)}
    return table_of(
        "CASE_SOLUTION", "DISPATCH,CASE_SOLUTION", market, False, end, where, 288, values
    )


def local_price(market: Day, end: str, late: int) -> Table:
    """DISPATCH,LOCAL_PRICE: a row per constrained unit; the warehouse does not land it."""
    where = rows(min(3, len(market.units)), 288, None)
    values = Stamps(market, late).dispatch(where) | {
        "DUID": text.pick([u[0] for u in market.units], where.entity),
        "LOCAL_PRICE_ADJUSTMENT": "2.7",
        "LOCALLY_CONSTRAINED": "1",
    }
    return table_of("LOCAL_PRICE", "DISPATCH,LOCAL_PRICE", market, False, end, where, 288, values)


def interconnection(market: Day, end: str, late: int) -> Table:
    """DISPATCH,INTERCONNECTION: flow between regions; the warehouse does not land it."""
    pairs = (("NSW1", "QLD1"), ("VIC1", "NSW1"), ("VIC1", "SA1"))
    member = np.array([[(k.start, k.end) == p for k in LINKS] for p in pairs], float)
    where = rows(len(pairs), 288, market.intervention)
    flow = {run: np.round(member @ market.target[run], 6) for run in (0, 1)}
    meter = {run: np.round(member @ market.metered(run), 6) for run in (0, 1)}
    loss = {run: np.round(member @ market.losses(run) / 2, 6) for run in (0, 1)}
    values = Stamps(market, late).dispatch(where) | {
        "FROM_REGIONID": text.pick([p[0] for p in pairs], where.entity),
        "TO_REGIONID": text.pick([p[1] for p in pairs], where.entity),
        "IRLF": "1.02242225237357",
        "MWFLOW": text.fixed(where.pick(flow), 6),
        "METEREDMWFLOW": text.fixed(where.pick(meter), 6),
        "FROM_REGION_MW_LOSSES": text.fixed(where.pick(loss), 6),
        "TO_REGION_MW_LOSSES": text.fixed(where.pick(loss), 6),
    }
    return table_of(
        "INTERCONNECTION", "DISPATCH,INTERCONNECTION", market, False, end, where, 288, values
    )


def scada(market: Day, monthly: bool, end: str, late: int) -> Table:
    """DISPATCH,UNIT_SCADA: the reading at the start of the interval."""
    where = rows(len(market.units), 288, None)
    values = Stamps(market, late).dispatch(where) | {
        "DUID": text.pick([u[0] for u in market.units], where.entity),
        "SCADAVALUE": text.fixed(where.one(market.output), 2),
    }
    return table_of("UNIT_SCADA", "DISPATCH,UNIT_SCADA", market, monthly, end, where, 288, values)


@dataclass(frozen=True)
class Trading:
    """Trading intervals of a day: 48 half hours before five-minute settlement, 288 after."""

    market: Day
    nudge: np.ndarray | None = None

    @property
    def steps(self) -> int:
        """Five-minute intervals in a trading interval."""
        return 1 if self.market.day >= FIVE_MINUTE_SETTLEMENT else 6

    @property
    def intervals(self) -> int:
        return 288 // self.steps

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Mean over each trading interval, to the cent (or 0.01 MW)."""
        return np.round(values.reshape(len(values), self.intervals, self.steps).mean(axis=2), 2)

    def price(self) -> np.ndarray:
        """RRP, (5, intervals): mean of the run 0 dispatch prices."""
        return self.mean(self.market.price(0, self.nudge))

    def actual(self, by_run: dict[int, np.ndarray]) -> np.ndarray:
        """Mean of run 1 where it exists, else of run 0."""
        return self.mean(np.where(self.market.intervention, by_run[1], by_run[0]))

    def flows(self) -> dict[str, np.ndarray]:
        """METEREDMWFLOW, MWFLOW and MWLOSSES, (6, intervals)."""
        m = self.market
        return {
            "METEREDMWFLOW": self.actual({r: m.metered(r) for r in (0, 1)}),
            "MWFLOW": self.actual(m.target),
            "MWLOSSES": self.actual({r: m.losses(r) for r in (0, 1)}),
        }

    def ends(self) -> np.ndarray:
        """Clock time at the end of each trading interval."""
        local = self.market.fives.local
        return local[self.steps - 1 :: self.steps] + np.timedelta64(300, "s")

    def stamps(self, where: Rows, late: int) -> dict[str, pa.Array | str]:
        """SETTLEMENTDATE, RUNNO, PERIODID (from midnight, 1 on) and LASTCHANGED by row."""
        ends = self.ends()
        changed = ends - np.timedelta64(296, "s") + np.timedelta64(late, "s")
        return {
            "SETTLEMENTDATE": text.stamp(ends[where.interval], STAMP),
            "RUNNO": "1",
            "PERIODID": text.integer(where.interval + 1),
            "LASTCHANGED": text.stamp(changed[where.interval], STAMP),
        }

    def price_table(self, monthly: bool, end: str, late: int) -> Table:
        """TRADING,PRICE."""
        where = rows(len(REGIONS), self.intervals, None)
        original = self.mean(self.market.price())
        values = self.stamps(where, late) | {
            "REGIONID": text.pick(REGIONS, where.entity),
            "RRP": text.number(where.one(self.price())),
            "EEP": "0",
            "INVALIDFLAG": "0",
            "ROP": text.number(where.one(original)),
            "PRICE_STATUS": "FIRM",
        }
        for service in (*SERVICES, *FAST_SERVICES):
            cleared = text.number(where.one(self.mean(self.market.services[service])))
            values |= {f"{service}RRP": cleared, f"{service}ROP": cleared}
        return table_of(
            "TRADING_PRICE",
            "TRADING,PRICE",
            self.market,
            monthly,
            end,
            where,
            self.intervals,
            values,
        )

    def link_table(self, monthly: bool, end: str, late: int) -> Table:
        """TRADING,INTERCONNECTORRES."""
        where = rows(len(LINKS), self.intervals, None)
        values = self.stamps(where, late) | {
            "INTERCONNECTORID": text.pick([link.name for link in LINKS], where.entity),
            **{n: text.number(where.one(v)) for n, v in self.flows().items()},
        }
        return table_of(
            "TRADING_INTERCONNECTORRES",
            "TRADING,INTERCONNECTORRES",
            self.market,
            monthly,
            end,
            where,
            self.intervals,
            values,
        )
