"""`gridhouse verify rollups`: each day of a rollup beside the sum of the intervals under it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from gridhouse.report import reading
from gridhouse.settings import Settings

# What sums of decimals that were written as doubles may differ by.
TOLERANCE = 1e-6

# What checks that share their tables have in common.
_BESIDE_KEY = ("rollup", "period", "fact", "key_columns", "count_expression")

# A rollup and its fact by the rollup's key, both with all of their measures: the fact is read once.
_BESIDE = """
    create or replace temp table rolled as
    select {period} as period_start, {keys}, {rollup_count} as interval_count, {rollup_measures}
    from marts.{rollup}
    where {window};

    create or replace temp table intervals as
    select {fact_period} as period_start, {keys}, {fact_count} as interval_count, {fact_measures}
    from marts.{fact}
    where {fact_window}
    group by {grouped};
"""

# One measure of them, by day. A column that is null where the fact has no value agrees with it.
_DAYS = """
    with compared as (
        select
            coalesce(rolled.period_start, intervals.period_start) as period_start,
            coalesce(rolled.iso, intervals.iso) as area,
            rolled.{measure} as rollup_measure,
            intervals.{measure} as interval_measure,
            rolled.interval_count as rollup_count,
            intervals.interval_count as counted,
            rolled.period_start is not null
            and intervals.period_start is not null
            and rolled.interval_count is not distinct from intervals.interval_count
            and (
                rolled.{measure} is not distinct from intervals.{measure}
                or abs(rolled.{measure} - intervals.{measure})
                <= ? * greatest(1, abs(intervals.{measure}))
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
            found = connection.execute(
                f"select * from ref.rollup_checks order by {', '.join(_BESIDE_KEY)}, measure"
            )
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
        found = []
        for _, checks in itertools.groupby(chosen, itemgetter(*_BESIDE_KEY)):
            found += _compared(connection, list(checks), first, last)
        return found


def _compared(connection, checks: list[dict], first: date | None, last: date | None) -> list[Check]:
    """Checks of one rollup by one key; the tables that they compare are made once."""
    check = checks[0]
    keys = check["key_columns"].split()
    monthly = check["period"] == "month"
    period = "month" if monthly else "market_date"
    fact_period = "cast(date_trunc('month', market_date) as date)" if monthly else "market_date"

    def window(column: str) -> str:
        low, high = f"date '{first or date.min}'", f"date '{last or date.max}'"
        if not monthly:
            return f"{column} between {low} and {high}"
        return f"{column} >= {low} and last_day({column}) <= {high}"

    def measures(source: str) -> str:
        return ", ".join(f"cast({c[source]} as double) as {c['measure']}" for c in checks)

    connection.execute(
        _BESIDE.format(
            period=period,
            fact_period=fact_period,
            keys=", ".join(keys),
            grouped=", ".join([fact_period, *keys]),
            rollup=check["rollup"],
            fact=check["fact"],
            rollup_measures=measures("measure"),
            fact_measures=measures("expression"),
            rollup_count="interval_count" if check["count_expression"] else "null",
            fact_count=check["count_expression"] or "null",
            window=window(period),
            fact_window=window(fact_period),
        )
    )
    joined = " and ".join(f"rolled.{k} is not distinct from intervals.{k}" for k in keys)
    return [
        Check(
            c["rollup"],
            c["fact"],
            c["measure"],
            connection.execute(_DAYS.format(measure=c["measure"], joined=joined), [TOLERANCE])
            .to_arrow_table()
            .to_pylist(),
        )
        for c in checks
    ]
