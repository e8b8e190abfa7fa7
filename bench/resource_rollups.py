"""A year of five-minute readings of 500 units, from landed rows to all rollups, and one more day.

    python bench/resource_rollups.py [DAYS]

Landed rows are written into `raw.duckdb` by SQL, so that only the builds are measured: the models
from staging to the rollups of units and fuels, all days anew, on two threads and within 4 GB of
DuckDB's memory; then the same models after one more day landed. Limits: 300 s for 365 days (a share
of them for fewer), and for the day 30 s more than a build that finds nothing new. Their tests are
timed beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

LIMIT_S, DAY_LIMIT_S, UNITS = 300.0, 30.0, 500
FIRST = date(2025, 1, 1)
PROJECT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]
MODELS = [
    "fct_price_intervals_revisions",
    "int_resources__part_versions",
    "fct_resource_intervals",
    "int_rooftop__five_minutes",
    "fct_fuel_intervals",
    "rpt_resource_daily",
    "rpt_resource_monthly",
    "rpt_fuel_daily",
    "rpt_fuel_monthly",
    "rpt_fuel_periods",
]
LINEAGE = """
    'bench' || (i // 288) as _file_id, i * 1000 + u as _row_number,
    timestamptz '2026-01-01 00:00:00+00' as _published_at, now() as _fetched_at,
    now() as _loaded_at, 'bench' as _dlt_load_id
"""
# Readings in the order of the files: an interval's units one after the other.
READINGS = f"""
    insert into nem.dispatch_unit_scada by name
    select
        timestamp '{{day}}' + interval (5 * (i + 1)) minutes as settlementdate,
        'UNIT' || lpad(u::text, 4, '0') as duid,
        round(100 + 80 * sin(i / 40.0 + u) + hash(i * 1000 + u) % 1000 / 100, 5) as scadavalue,
        {LINEAGE}
    from range(288 * {{days}}) as steps(i), range({UNITS}) as units(u)
"""
PRICES = f"""
    insert into nem.trading_price by name
    select
        timestamp '{{day}}' + interval (5 * (i + 1)) minutes as settlementdate, 1 as runno,
        ['NSW1', 'QLD1', 'SA1', 'TAS1', 'VIC1'][u + 1] as regionid,
        round(80 + 60 * sin(i / 50.0 + u), 2) as rrp, {LINEAGE}
    from range(288 * {{days}}) as steps(i), range(5) as regions(u)
"""
REGISTER = f"""
    insert into nem.dudetailsummary by name
    select
        'UNIT' || lpad(u::text, 4, '0') as duid, timestamp '2020-01-01' as start_date,
        timestamp '2999-12-31' as end_date,
        case when u % 8 = 0 then 'BIDIRECTIONAL' else 'GENERATOR' end as dispatchtype,
        ['NSW1', 'QLD1', 'SA1', 'TAS1', 'VIC1'][u % 5 + 1] as regionid, {LINEAGE}
    from range({UNITS}) as units(u), range(1) as once(i)
"""
LISTED = f"""
    insert into nem.registered_units by name
    select
        'PU' as sheet, 'UNIT' || lpad(u::text, 4, '0') as duid, words.* exclude (place), {LINEAGE}
    from range({UNITS}) as units(u), range(1) as once(i), (
        select
            fuel_primary as fuel_source_primary,
            fuel_descriptor as fuel_source_descriptor,
            technology_descriptor as technology_type_descriptor,
            case dispatch_type when 'BIDIRECTIONAL' then 'Bidirectional Unit'
                else 'Generating Unit' end as dispatch_type,
            row_number() over (
                partition by dispatch_type order by fuel_descriptor, technology_descriptor
            ) as place
        from read_csv('{PROJECT}/seeds/reference/nem_fuel_words.csv')
        where list = 'REGISTRATION' and dispatch_type in ('GENERATOR', 'BIDIRECTIONAL')
    ) as words
    where
        words.dispatch_type
        = case when u % 8 = 0 then 'Bidirectional Unit' else 'Generating Unit' end
        and words.place = case when u % 8 = 0 then 1 else u % 30 + 1 end
"""


def land(data: Path, day: date, days: int, *, register: bool) -> None:
    """Write landed rows of `days` days from `day` on; with the first ones the register of units."""
    with duckdb.connect(str(data / "raw.duckdb")) as connection:
        connection.execute("set threads = 2")
        for statement in (READINGS, PRICES, *((REGISTER, LISTED) if register else ())):
            connection.execute(statement.format(day=day, days=days))
        connection.execute(
            "insert into nem._dlt_loads by name select 'bench' as load_id, 'nem' as schema_name, "
            "0 as status, now() as inserted_at, '' as schema_version_hash "
            "where 'bench' not in (select load_id from nem._dlt_loads)"
        )


def dbt(data: Path, *arguments: str) -> float:
    """Seconds that dbt took, its start included."""
    started = time.perf_counter()
    folders = ["--project-dir", PROJECT, "--profiles-dir", PROJECT, "--log-path", data]
    folders += ["--target-path", data / "target"]
    subprocess.run(
        [Path(sys.executable).parent / "dbt", *arguments, "--quiet", *folders],
        env=os.environ | {"GRIDHOUSE_DATA": str(data), "GRIDHOUSE_MEMORY": "4GB"},
        check=True,
    )
    return time.perf_counter() - started


def main() -> int:
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 365
    with tempfile.TemporaryDirectory(dir=os.environ.get("GRIDHOUSE_SCRATCH")) as scratch:
        data = Path(scratch)
        (data / "none").mkdir()
        subprocess.run(
            [*COMMAND, "extract", "--from", str(data / "none")],
            env=os.environ | {"GRIDHOUSE_DATA": str(data)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        dbt(data, "seed")
        dbt(data, "run", "--select", *(f"+{m}" for m in MODELS))  # views, and tables without a row
        land(data, FIRST, days, register=True)
        whole = dbt(data, "run", "--full-refresh", "--select", *MODELS)
        nothing = dbt(data, "run", "--select", *MODELS)
        tests = dbt(data, "test", "--select", *MODELS, "--exclude", "resource_type:unit_test")
        land(data, FIRST + timedelta(days), 1, register=False)
        day = dbt(data, "run", "--select", *MODELS)
        with duckdb.connect(str(data / "gridhouse.duckdb"), read_only=True) as connection:
            (rows,) = connection.execute(
                "select count(*) from marts.fct_resource_intervals"
            ).fetchone()
            off = connection.execute(
                "select count(*) from (select resource, fuel_tech, market_date, "
                "sum(cast(energy_mwh as decimal(18, 6))) as energy from "
                "marts.fct_resource_intervals group by all) full join marts.rpt_resource_daily "
                "using (resource, fuel_tech, market_date) where cast(energy as double) "
                "is distinct from energy_mwh"
            ).fetchone()[0]
    limit = LIMIT_S * days / 365
    print(f"{days} days, {UNITS} units, {rows:,} rows of units in the mart")
    print(f"whole {whole:.1f} s (limit {limit:.1f} s), its tests {tests:.1f} s")
    print(f"one more day {day:.1f} s, nothing new {nothing:.1f} s (limit {DAY_LIMIT_S:.0f} s more)")
    good = whole <= limit and day - nothing <= DAY_LIMIT_S and off == 0
    print("ok" if good else f"TOO SLOW, or {off} rollups differ from their intervals")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
