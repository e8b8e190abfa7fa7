"""A year of the NEM by five minutes, 500 units, from landed rows to all rollups; and one more day.

    python bench/resource_rollups.py [DAYS]

Landed rows are written into `raw.duckdb` by SQL, so that only the builds are measured: readings of
500 units, dispatch targets of those of wind and sun (which may be held back), prices, demand,
interconnectors and rooftop. The models are all rollups and records and what they read, anew, on two
threads and within 4 GB of DuckDB's memory; then the same after one more day landed. What has no
part in them or is no data of units (ancillary prices, forecasts, outages) has no row.

Limits: 300 s for 365 days (a share of them for fewer), and for the day 30 s more than a build that
finds nothing new. Then `gridhouse verify rollups` must find no day off. The builds' tests are timed
beside it. Beside the clock stand the processor's seconds: on two free cores they are at most twice
its, on busy ones the clock tells more about the neighbours.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

from gridhouse import verify
from gridhouse.settings import Settings

LIMIT_S, DAY_LIMIT_S, UNITS = 300.0, 30.0, 500
FIRST = date(2025, 1, 1)
PROJECT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()"]
ALL_ROLLUPS = ["+path:models/marts/rollups", "+path:models/marts/records"]
# the views under them are there already
KINDS = ["incremental", "table"]
TABLES = [f"{rollups},config.materialized:{kind}" for rollups in ALL_ROLLUPS for kind in KINDS]
ON_TOP = ["path:models/marts/rollups"]  # the rollups that are views
REGIONS = "['NSW1', 'QLD1', 'SA1', 'TAS1', 'VIC1']"
LINEAGE = """
    'bench' || (i // 288) as _file_id, i * 1000 + u as _row_number,
    timestamptz '2026-01-01 00:00:00+00' as _published_at, now() as _fetched_at,
    now() as _loaded_at, 'bench' as _dlt_load_id
"""
ENDS = "timestamp '{day}' + interval (5 * (i + 1)) minutes"
STEPS = "range(288 * {days}) as steps(i)"
# What a unit is: an eighth batteries, the others by their number. Emission factors in t/MWh.
FUELS = """
    create or replace temp table fuels as
    from (values
        (0, 'Wind', 'Wind', 'Wind - Onshore', null), (1, 'Wind', 'Wind', 'Wind - Onshore', null),
        (2, 'Solar', 'Solar', 'Photovoltaic Flat Panel', null),
        (3, 'Solar', 'Solar', 'Photovoltaic Tracking Flat Panel', null),
        (4, 'Hydro', 'Water', 'Hydro - Gravity', null),
        (5, 'Fossil', 'Black Coal', 'Steam Sub-Critical', 0.9),
        (6, 'Fossil', 'Natural Gas', 'Combined Cycle Gas Turbine (CCGT)', 0.45),
        (7, 'Fossil', 'Natural Gas', 'Open Cycle Gas Turbines (OCGT)', 0.6),
        (8, 'Fossil', 'Diesel', 'Compression Reciprocating Engine', 0.8),
        (9, 'Renewable/ Biomass / Waste', 'Bagasse', 'Steam Sub-Critical', 0.02)
    ) as fuels(fuel, primary_fuel, descriptor, technology, factor)
"""
PEOPLE = f"""
    create or replace temp table units as
    select
        u, 'UNIT' || lpad(u::text, 4, '0') as duid, u % 8 = 0 as is_battery,
        {REGIONS}[u % 5 + 1] as region, u // 5 % 10 as fuel, u // 5 % 10 in (2, 3) as is_solar,
        u % 8 > 0 and u // 5 % 10 < 4 as is_semi_scheduled
    from range({UNITS}) as units(u)
"""
# Sun from six to six; a battery takes as much as it gives.
POWER = """
    greatest(if(is_battery, -100, 0), round(
        case
            when is_battery then 90 * sin(i / 40.0 + u)
            when is_solar then 120 * sin(pi() * (i % 288 - 72) / 144)
            else 100 + 80 * sin(i / 40.0 + u)
        end + hash(i * 1000 + u) % 1000 / 100, 5))
"""
# Readings in the order of the files: an interval's units one after the other.
READINGS = f"""
    insert into nem.dispatch_unit_scada by name
    select {ENDS} as settlementdate, duid, {POWER} as scadavalue, {LINEAGE}
    from {STEPS}, units
"""
# A tenth of the intervals is capped, at four fifths of what there is.
TARGETS = f"""
    insert into nem.dispatch_unit_solution by name
    select
        * exclude (power, i, u),
        power as initialmw, power as uigf, power as availability,
        if(semidispatchcap = 1, 0.8, 1) * power as totalcleared
    from (
        select
            {ENDS} as settlementdate, 1 as runno, duid, 0 as intervention, {POWER} as power,
            if(hash(i) % 10 = u % 10, 1, 0) as semidispatchcap, i, u, {LINEAGE}
        from {STEPS}, units
        where is_semi_scheduled
    )
"""
BY_REGION = f"""
    select
        {ENDS} as settlementdate, 1 as runno, {REGIONS}[u + 1] as regionid, {{columns}}, {LINEAGE}
    from {STEPS}, range(5) as regions(u)
"""
PRICE = "round(80 + 60 * sin(i / 50.0 + u), 2) as rrp"
SUMS = """
    0 as intervention, round(6000 + 2000 * sin(i / 46.0 + u), 2) as totaldemand,
    totaldemand + 300 as demand_and_nonschedgen,
    500 + u as ss_solar_uigf, 480 + u as ss_solar_clearedmw,
    700 + u as ss_wind_uigf, 690 + u as ss_wind_clearedmw, 400 + i % 288 as bdu_energy_storage
"""
FLOWS = f"""
    insert into nem.dispatch_interconnectorres by name
    select
        {ENDS} as settlementdate, 1 as runno, 0 as intervention,
        ['N-Q-MNSP1', 'NSW1-QLD1', 'VIC1-NSW1', 'V-SA', 'V-S-MNSP1', 'T-V-MNSP1'][u + 1]
            as interconnectorid,
        round(300 * sin(i / 30.0 + u), 4) as meteredmwflow, meteredmwflow as mwflow, 5 as mwlosses,
        500 as exportlimit, -500 as importlimit, {LINEAGE}
    from {STEPS}, range(6) as interconnectors(u)
"""
ROOFTOP = f"""
    insert into nem.rooftop_actual by name
    select
        timestamp '{{day}}' + interval (30 * (i + 1)) minutes as interval_datetime,
        ['MEASUREMENT', 'SATELLITE'][u // 5 + 1] as type, {REGIONS}[u % 5 + 1] as regionid,
        greatest(0, round(900 * sin(pi() * (i % 48 - 12) / 24) + u, 3)) as power, 1 as qi, {LINEAGE}
    from range(48 * {{days}}) as steps(i), range(10) as regions(u)
"""
EACH_DAY = [
    READINGS,
    TARGETS,
    "insert into nem.trading_price by name" + BY_REGION.replace("{columns}", PRICE),
    "insert into nem.dispatch_price by name"
    + BY_REGION.replace("{columns}", f"0 as intervention, {PRICE}, rrp as rop"),
    "insert into nem.dispatch_regionsum by name" + BY_REGION.replace("{columns}", SUMS),
    FLOWS,
    ROOFTOP,
]
REGISTER = [
    f"""
    insert into nem.dudetailsummary by name
    select
        duid, timestamp '2020-01-01' as start_date, timestamp '2999-12-31' as end_date,
        if(is_battery, 'BIDIRECTIONAL', 'GENERATOR') as dispatchtype, region as regionid, {LINEAGE}
    from units, range(1) as once(i)
    """,
    f"""
    insert into nem.registered_units by name
    select
        'PU' as sheet, duid,
        if(is_battery, 'Bidirectional Unit', 'Generating Unit') as dispatch_type,
        if(is_battery, 'Battery Storage', primary_fuel) as fuel_source_primary,
        if(is_battery, 'Grid', descriptor) as fuel_source_descriptor,
        if(is_battery, 'Battery and Inverter', technology) as technology_type_descriptor, {LINEAGE}
    from units inner join fuels using (fuel), range(1) as once(i)
    """,
    f"""
    insert into nem.co2eii_publishing by name
    select
        duid as stationname, duid, duid as gensetid, region as regionid,
        factor as co2e_emissions_factor, descriptor as co2e_energy_source, {LINEAGE}
    from units inner join fuels using (fuel), range(1) as once(i)
    where factor is not null and not is_battery
    """,
]


class Took(NamedTuple):
    """Seconds of the clock and of processors, and those of each model."""

    clock: float
    processors: float
    models: list[tuple[str, float]]

    def __str__(self) -> str:
        return f"{self.clock:.1f} s (processors {self.processors:.1f} s)"


def land(data: Path, day: date, days: int, *, register: bool) -> None:
    """Write landed rows of `days` days from `day` on; with the first ones the register of units."""
    with duckdb.connect(str(data / "raw.duckdb")) as connection:
        connection.execute("set threads = 2")
        for statement in (FUELS, PEOPLE, *EACH_DAY, *(REGISTER if register else ())):
            connection.execute(statement.format(day=day, days=days))
        connection.execute(
            "insert into nem._dlt_loads by name select 'bench' as load_id, 'nem' as schema_name, "
            "0 as status, now() as inserted_at, '' as schema_version_hash "
            "where 'bench' not in (select load_id from nem._dlt_loads)"
        )


def dbt(data: Path, *arguments: str) -> Took:
    """What dbt took, its start included."""
    folders = ["--project-dir", PROJECT, "--profiles-dir", PROJECT, "--log-path", data]
    folders += ["--target-path", data / "target"]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [Path(sys.executable).parent / "dbt", *arguments, "--quiet", *folders],
        env=os.environ | {"GRIDHOUSE_DATA": str(data), "GRIDHOUSE_MEMORY": "4GB"},
        check=True,
    )
    clock, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    processors = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = json.loads((data / "target/run_results.json").read_text())["results"]
    models = [(node["unique_id"].split(".")[2], node["execution_time"]) for node in found]
    return Took(clock, processors, sorted(models, key=lambda model: -model[1]))


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
        dbt(data, "run", "--select", *ALL_ROLLUPS)  # views, and tables without a row
        land(data, FIRST, days, register=True)
        build = ["run", "--select", *TABLES, *ON_TOP]
        whole = dbt(data, *build, "--full-refresh")
        print(f"{days} days, {UNITS} units; seconds of each model, two at a time:")
        for model, seconds in whole.models:
            if seconds >= 0.5:
                print(f"{seconds:8.1f}  {model}")
        nothing = dbt(data, *build)
        tests = dbt(data, "test", "--select", *TABLES, "--exclude", "resource_type:unit_test")
        land(data, FIRST + timedelta(days), 1, register=False)
        day = dbt(data, *build)
        with duckdb.connect(str(data / "gridhouse.duckdb"), read_only=True) as connection:
            (rows,) = connection.execute(
                "select count(*) from marts.fct_resource_intervals"
            ).fetchone()
        checks = verify.rollups(Settings(data=data), None, None, None)
        off = sum(len(check.off) for check in checks)
        seen = sum(len(check.days) for check in checks)
    limit = LIMIT_S * days / 365
    print(f"{rows:,} rows of units in the mart")
    print(f"whole {whole} (limit {limit:.1f} s), its tests {tests}")
    print(f"one more day {day}, nothing new {nothing} (limit {DAY_LIMIT_S:.0f} s more)")
    print(f"{len(checks)} measures of rollups over {seen:,} days: {off} off")
    good = whole.clock <= limit and day.clock - nothing.clock <= DAY_LIMIT_S and off == 0 < seen
    print("ok" if good else "TOO SLOW, or rollups differ from their intervals")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
