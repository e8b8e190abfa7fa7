"""`gridhouse verify rollups`: each day of a rollup beside the sum of the intervals under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from gridhouse.report import reading
from gridhouse.settings import Settings

# What sums of decimals that were written as doubles may differ by.
TOLERANCE = 1e-6

# Rows of a rollup and of its fact by the rollup's key, one beside the other, then by day. A rollup
# column that is null where the fact has no value agrees with it.
_DAYS = """
    with rolled as (
        select {period} as period_start, {keys}, cast({rollup_measure} as double) as measure,
            {rollup_count} as interval_count
        from marts.{rollup}
        where {window}
    ),

    intervals as (
        select {fact_period} as period_start, {keys}, cast({expression} as double) as measure,
            {fact_count} as interval_count
        from marts.{fact}
        where {fact_window}
        group by all
    ),

    compared as (
        select
            coalesce(rolled.period_start, intervals.period_start) as period_start,
            coalesce(rolled.iso, intervals.iso) as area,
            rolled.measure as rollup_measure,
            intervals.measure as interval_measure,
            rolled.interval_count as rollup_count,
            intervals.interval_count as counted,
            rolled.period_start is not null
            and intervals.period_start is not null
            and rolled.interval_count is not distinct from intervals.interval_count
            and (
                rolled.measure is not distinct from intervals.measure
                or abs(rolled.measure - intervals.measure)
                <= ? * greatest(1, abs(intervals.measure))
            ) as agrees
        from rolled
        full join intervals
            on rolled.period_start = intervals.period_start and {joined}
    )

    select
        area as iso,
        period_start,
        sum(rollup_measure) as rollup,
        sum(interval_measure) as intervals,
        case when sum(interval_measure) != 0
            then sum(rollup_measure) / sum(interval_measure) end as ratio,
        cast(sum(rollup_count) as bigint) as rollup_interval_count,
        cast(sum(counted) as bigint) as interval_count,
        count(*) as series_count,
        count(*) filter (where agrees is not true) as off_count
    from compared
    group by all
    order by all
"""


class NothingToVerify(Exception):
    """No rollup that can be checked stands in the warehouse; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Check:
    """One measure of a rollup against its intervals, a row of `ref.rollup_checks`, and its days."""

    rollup: str
    fact: str
    measure: str
    days: list[dict[str, Any]]

    @property
    def off(self) -> list[dict[str, Any]]:
        return [day for day in self.days if day["off_count"]]


def rollups(
    settings: Settings, model: str | None, first: date | None, last: date | None
) -> list[Check]:
    """Every check of `ref.rollup_checks` whose tables are built, or those of one rollup.

    `first` and `last` are market days, both included; a rollup by months is checked for whole
    months only. Raises NothingToVerify, or Locked while a build writes.
    """
    with reading(settings) as connection:
        tables = {
            f"{schema}.{table}"
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() "
                "union all select schema_name, view_name from duckdb_views()"
            ).fetchall()
        }
        checks = []
        if "ref.rollup_checks" in tables:
            found = connection.execute("select * from ref.rollup_checks order by all")
            checks = found.to_arrow_table().to_pylist()
        known = sorted({c["rollup"] for c in checks})
        chosen = [
            c
            for c in checks
            if model in (None, c["rollup"])
            and {f"marts.{c['rollup']}", f"marts.{c['fact']}"} <= tables
        ]
        if not chosen:
            raise NothingToVerify(
                f"no rollup {model} is built here; known are {', '.join(known)}"
                if known and model
                else "no rollup is built here: run `gridhouse build` first"
            )
        return [
            Check(
                c["rollup"],
                c["fact"],
                c["measure"],
                _days(connection, c, first, last),
            )
            for c in chosen
        ]


def _days(connection, check: dict, first: date | None, last: date | None) -> list[dict[str, Any]]:
    keys = check["key_columns"].split()
    monthly = check["period"] == "month"
    period = "month" if monthly else "market_date"
    fact_period = "cast(date_trunc('month', market_date) as date)" if monthly else "market_date"

    def window(column: str) -> str:
        low, high = f"date '{first or date.min}'", f"date '{last or date.max}'"
        if not monthly:
            return f"{column} between {low} and {high}"
        return f"{column} >= {low} and last_day({column}) <= {high}"

    sql = _DAYS.format(
        period=period,
        fact_period=fact_period,
        keys=", ".join(keys),
        rollup=check["rollup"],
        fact=check["fact"],
        rollup_measure=check["measure"],
        expression=check["expression"],
        rollup_count="interval_count" if check["count_expression"] else "null",
        fact_count=check["count_expression"] or "null",
        window=window(period),
        fact_window=window(fact_period),
        joined=" and ".join(f"rolled.{k} is not distinct from intervals.{k}" for k in keys),
    )
    return connection.execute(sql, [TOLERANCE]).to_arrow_table().to_pylist()
