"""The market report of ERCOT's batteries: one HTML page for a month, made from the marts.

docs/methods/bess.md says how the figures come about. The page has no date of its own but that of
the tables, so the same warehouse gives the same page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

from gridhouse.dbt import warehouse_path
from gridhouse.report import reading
from gridhouse.reports import plots
from gridhouse.settings import Settings

CENTRAL = ZoneInfo("America/Chicago")
TOP = 10
NONE = "\u2013"  # a dash
# columns of the rollups, and what the page calls them
LINES = {
    "dam_energy_amount": "Day-ahead energy",
    "dam_regup_amount": "Regulation up",
    "dam_regdn_amount": "Regulation down",
    "dam_rrs_amount": "Responsive reserve",
    "dam_ecrs_amount": "Contingency reserve",
    "dam_nspin_amount": "Non-spin",
    "rt_energy_amount": "Real-time energy",
    "rt_services_amount": "Real-time services",
}
MARKETS = {"DAM": ("Day ahead", 1), "RT15M": ("Real time", 4)}  # name, intervals an hour
SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
TABLES = (
    "marts.rpt_bess_fleet_monthly",
    "marts.rpt_bess_revenue_monthly",
    "marts.rpt_bess_revenue_daily",
    "marts.fct_bess_revenue_lines",
    "marts.fct_bess_real_time_intervals",
    "marts.fct_bess_soc_intervals",
    "marts.dim_bess_resource",
    "marts.fct_price_intervals",
    "ref.bess_evidence_codes",
    "ref.bess_loss_evidence_codes",
)
MONTH = "market_date >= $first and market_date < $next"

Row = dict[str, object]


class NothingToReport(Exception):
    """The warehouse has nothing of the month; the message says what there is."""


class UnknownResource(ValueError):
    """No battery of that name is in the month."""


def write(settings: Settings, first: date, resource: str | None = None, out: Path | None = None):
    """Write the page of the month that begins on `first`; returns its path.

    `resource` is the battery whose state of charge and prices are shown, the one that earned most
    per kW where it is None. Raises NothingToReport, UnknownResource or Locked.
    """
    page = render(figures(settings, first, resource))
    if out is None:
        out = settings.data / "reports" / f"bess-{first:%Y-%m}.html"
        out.parent.mkdir(exist_ok=True)
    part = out.with_name(f"{out.name}.part")
    part.write_text(page, "utf-8")
    part.replace(out)
    return out


def figures(settings: Settings, first: date, resource: str | None) -> dict[str, object]:
    """Everything that the page shows, read at one instant."""
    warehouse = warehouse_path(settings)
    if not warehouse.exists():
        raise NothingToReport(
            f"there is no warehouse at {warehouse}: run `gridhouse extract`, then `gridhouse build`"
        )
    next_month = (first + timedelta(days=31)).replace(day=1)
    with reading(settings) as connection:
        query = Month(connection, first, next_month)
        query.must_have(TABLES)
        batteries = query.batteries()
        chosen = _chosen(batteries, resource, first)
        lines = ", ".join(f"sum(cast({c} as decimal(18, 6))) as {c}" for c in [*LINES, "amount"])
        stack = query.rows(
            f"select market_date, {lines}, sum(interval_count) > 0 as has_real_time "
            f"from marts.rpt_bess_revenue_daily where {MONTH} and amount is not null "
            "group by 1 order by 1"
        )
        index = query.rows("select * from marts.rpt_bess_fleet_monthly where month = $first")
        point = query.point_of(chosen["resource"])
        return {
            "first": first,
            "days": (next_month - first).days,
            "lines": LINES,
            "index": index[0] if index else None,
            "accounts": [b for b in batteries if b["day_count"]],
            "stack": stack,
            "totals": {c: sum(row[c] for row in stack) for c in [*LINES, "amount"]},
            "coverage": query.coverage(),
            "evidence": query.evidence(),
            "built_at": query.built_at(),
            "chosen": chosen,
            "point": point,
            "quarters": query.quarters(chosen["resource"]),
            "curves": [query.curve(point["settlement_point"], m) for m in MARKETS] if point else [],
        }


def render(figures: dict) -> str:
    """The page as text; everything from the warehouse is escaped."""
    pages = Environment(
        loader=PackageLoader("gridhouse.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"number": number}
    ranked = [b for b in figures["accounts"] if b["amount_per_kw"] is not None]
    return pages.get_template("bess.html.jinja").render(
        figures,
        ranked=ranked[:TOP],
        charge=_daily_charge(figures["quarters"]),
        shares=SHARES,
        plot_stack=plots.stack(figures["stack"], LINES, figures["first"], figures["days"]),
        plot_top=plots.top(ranked[:TOP]),
        plot_charge=plots.charge(figures["quarters"], figures["first"]),
        plot_curves=plots.curves(figures["curves"]),
    )


def number(value: float | None, decimals: int = 2) -> str:
    """With commas; a dash where there is none, which is not the same as zero."""
    return NONE if value is None else f"{value:,.{decimals}f}"


def price_at(prices: list[float], share: float) -> float:
    """The price that was reached or passed in `share` of the intervals; `prices` fall."""
    return prices[math.ceil(round(share * len(prices), 9)) - 1]


def _chosen(batteries: list[Row], resource: str | None, first: date) -> Row:
    if resource is None:
        return batteries[0]
    found = [b for b in batteries if b["resource"] == resource]
    if not found:
        names = ", ".join(sorted(b["resource"] for b in batteries)[:TOP])
        more = f" and {len(batteries) - TOP} more" if len(batteries) > TOP else ""
        raise UnknownResource(
            f"--resource {resource!r} is no battery of {first:%Y-%m}; there are: {names}{more}"
        )
    return found[0]


def _daily_charge(quarters: list[Row]) -> Iterator[Row]:
    """First, lowest, highest and last state of charge of each day, and how uncertain it is; the
    first four are None where there are bounds alone."""
    for (day, source), group in groupby(quarters, itemgetter("market_date", "soc_source")):
        rows = list(group)
        values = [row["soc_mwh"] for row in rows]
        known = [value for value in values if value is not None]
        yield {
            "market_date": day,
            "source": source.lower(),
            "count": len(values),
            "first": values[0],
            "lowest": min(known, default=None),
            "highest": max(known, default=None),
            "last": values[-1],
            "uncertain": max(row["soc_high_mwh"] - row["soc_low_mwh"] for row in rows) / 2,
        }


class Month:
    """Queries of the marts for one month."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, first: date, next_month: date):
        self.connection, self.first, self.next_month = connection, first, next_month

    def rows(self, sql: str, **values: object) -> list[Row]:
        """Rows as dictionaries; `$first` and `$next` in the query bound the month."""
        values |= {"first": self.first, "next": self.next_month}
        used = {name: value for name, value in values.items() if f"${name}" in sql}
        result = self.connection.execute(sql, used)
        names = [name for name, *_ in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def must_have(self, tables: tuple[str, ...]) -> None:
        found = self.rows(
            "select table_schema || '.' || table_name as name from information_schema.tables"
        )
        missing = sorted(set(tables) - {row["name"] for row in found})
        if missing:
            raise NothingToReport(
                f"the warehouse lacks {', '.join(missing)}: run `gridhouse build` without --select"
            )

    def batteries(self) -> list[Row]:
        """Those with an account, best first, then those that have nothing but telemetry."""
        found = self.rows(
            "select * from marts.rpt_bess_revenue_monthly where month = $first "
            "order by amount_per_kw desc nulls last, amount is null, discharged_mwh desc, resource"
        )
        if not found:
            months = self.rows(
                "select distinct strftime(month, '%Y-%m') as month "
                "from marts.rpt_bess_revenue_monthly order by 1"
            )
            there = ", ".join(row["month"] for row in months) or "none"
            raise NothingToReport(
                f"no battery has a row in {self.first:%Y-%m}; months with any: {there}. Extract "
                "NP3-966-ER and NP3-965-ER of those days (published 60 days later), then build"
            )
        return found

    def built_at(self) -> datetime:
        """When the newest row of the month was computed, UTC."""
        (newest,) = self.rows(
            "select epoch(max(_built_at)) as seconds from ("
            f"select _built_at from marts.fct_bess_real_time_intervals where {MONTH} union all "
            f"select _built_at from marts.rpt_bess_revenue_daily where {MONTH})"
        )
        return datetime.fromtimestamp(newest["seconds"], UTC)

    def coverage(self) -> list[Row]:
        """A row per day of the month, also for days without anything."""
        return self.rows(
            f"""
            with days as (
                select cast(unnest(generate_series($first, $next - interval 1 day, interval 1 day))
                    as date) as market_date
            ),
            awards as (
                select market_date, count(amount) as awarded,
                    count(amount) filter (where interval_count > 0) as settled,
                    count(amount) filter (where interval_count > 0 and not is_settled) as partial,
                    sum(unpriced_line_count) as unpriced
                from marts.rpt_bess_revenue_daily where {MONTH} group by 1
            ),
            telemetry as (
                select market_date, count(distinct resource) as telemetered
                from marts.fct_bess_real_time_intervals
                where side <> 'LOAD' and {MONTH} group by 1
            )
            select market_date, coalesce(awarded, 0) as awarded,
                coalesce(telemetered, 0) as telemetered, coalesce(settled, 0) as settled,
                coalesce(partial, 0) as partial, coalesce(unpriced, 0) as unpriced
            from days left join awards using (market_date) left join telemetry using (market_date)
            order by 1"""
        )

    def evidence(self) -> list[Row]:
        """What the amounts rest on, what belongs to no battery last."""
        return self.rows(
            f"""
            select is_attributable, evidence_code, any_value(codes.description) as description,
                count(*) as lines, count(*) filter (where amount is null) as unpriced,
                coalesce(sum(cast(amount as decimal(18, 6))), 0) as amount
            from marts.fct_bess_revenue_lines
            left join ref.bess_evidence_codes as codes using (evidence_code)
            where {MONTH} group by 1, 2 order by is_attributable desc, evidence_code"""
        )

    def point_of(self, resource: str) -> Row | None:
        """The settlement point that the battery had last in the month."""
        found = self.rows(
            "select settlement_point, valid_from, capacity_mw from marts.dim_bess_resource "
            "where resource = $resource and settlement_point is not null and valid_from < $next "
            "and (valid_to is null or valid_to > $first) order by valid_from desc limit 1",
            resource=resource,
        )
        return found[0] if found else None

    def quarters(self, resource: str) -> list[Row]:
        """The battery's states of charge by quarter hour, on ERCOT's clock."""
        found = self.rows(
            "select epoch(interval_start) as seconds, market_date, soc_source, soc_mwh, "
            "soc_low_mwh, soc_high_mwh, losses.description as losses "
            "from marts.fct_bess_soc_intervals left join ref.bess_loss_evidence_codes as losses "
            "on losses_evidence_code = losses.evidence_code "
            f"where resource = $resource and {MONTH} order by 1",
            resource=resource,
        )
        for row in found:
            row["at"] = datetime.fromtimestamp(row["seconds"], UTC).astimezone(CENTRAL)
        return found

    def curve(self, point: str, market: str) -> Row:
        """Prices of a market at a point, highest first, and the figures of the table."""
        name, per_hour = MARKETS[market]
        prices = [
            row["price"]
            for row in self.rows(
                "select price from marts.fct_price_intervals where iso = 'ERCOT' and "
                "location_type = 'NODE' and market = $market and location = $point "
                f"and price is not null and {MONTH} order by price desc",
                market=market,
                point=point,
            )
        ]
        start, end = (
            datetime(day.year, day.month, 1, tzinfo=CENTRAL).astimezone(UTC)
            for day in (self.first, self.next_month)
        )
        return {
            "name": name,
            "prices": prices,
            "count": len(prices),
            "expected": (end - start) // timedelta(hours=1) * per_hour,
            "average": math.fsum(prices) / len(prices) if prices else None,
            "at": {share: price_at(prices, share) for share in SHARES} if prices else {},
            "negative": sum(price < 0 for price in prices),
        }
