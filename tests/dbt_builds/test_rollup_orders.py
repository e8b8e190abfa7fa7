"""Whatever order files come in, late, in part or twice: rollups are those of one clean load.

Two hundred orders at once: as many worlds stand beside each other in one warehouse, each with
days, units and an order of its own. A step lands the next pieces of every world, one or more, and
builds what they touched.
Rows are written as `extract` lands them; that files become such rows is tested elsewhere.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Collection
from datetime import date, datetime, timedelta

import duckdb
import pytest

from tests.dbt_builds.conftest import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

WORLDS, APART, BUILDS = 200, 6, 5
FIRST = date(2025, 1, 5)
STEPS = (0, 1, 2, 3, 286, 287)  # of a day's 288 intervals: both sides of midnight and some between
TABLES = (
    "fct_resource_intervals",
    "fct_fuel_intervals",
    "fct_border_intervals",
    "fct_flow_emission_intervals",
    "fct_unit_curtailment_intervals",
    "fct_region_intervals",
    "rpt_resource_daily",
    "rpt_fuel_daily",
    "rpt_price_daily",
    "rpt_region_daily",
    "rpt_unit_curtailment_daily",
    "rpt_interval_counts_daily",
)
VIEWS = ("rpt_resource_monthly", "rpt_fuel_monthly", "rpt_fuel_periods", "rpt_region_monthly")
# what the tables are made of and keeps rows itself
MODELS = (
    "fct_price_intervals_revisions",
    "fct_load_intervals_revisions",
    "fct_interchange_intervals_revisions",
    "fct_rooftop_intervals_revisions",
    "fct_resource_output_intervals_revisions",
    "int_resources__part_versions",
    "int_rooftop__five_minutes",
    *TABLES,
)
REGIONS = ("NSW1", "SA1")
# The borders of either region, whole: of one that lacks an interconnector the sums are unknown. No
# planned one: the first day of it on file concerns all later days, so of all worlds.
INTERCONNECTORS = ("N-Q-MNSP1", "NSW1-QLD1", "VIC1-NSW1", "V-SA", "V-S-MNSP1")
# Of each world: a wind farm, a battery with one code both ways and a pump.
UNITS = {
    "W": ("GENERATOR", "NSW1", ("Wind", "Wind", "Wind - Onshore", "Generating Unit")),
    "B": ("BIDIRECTIONAL", "SA1", ("Battery Storage", "Grid", "Battery", "Bidirectional Unit")),
    "P": ("LOAD", "NSW1", ("Hydro", "Water", "Hydro - Gravity", "Load")),
}


def power(world: int, unit: str, day: int, step: int, revision: int = 0) -> float:
    """A reading of its own for each key, of either sign for the battery."""
    mixed = (world * 7919 + ord(unit) * 104729 + day * 1299709 + step * 15485863) % 9973
    return round(mixed / 10 - (500 if unit == "B" else 0) + revision * 0.37, 2)


def stamp(world: int, day: int, step: int) -> datetime:
    """End of an interval on the market's clock."""
    start = datetime.combine(FIRST + timedelta(world * APART + day), datetime.min.time())
    return start + timedelta(minutes=5 * (step + 1))


def scada(world: int, day: int, steps, units="WBP", revision: int = 0) -> list[dict]:
    return [
        {
            "settlementdate": stamp(world, day, step),
            "duid": f"{unit}{world:03}",
            "scadavalue": power(world, unit, day, step, revision),
        }
        for step in steps
        for unit in units
    ]


def solved(world: int, day: int, steps, revision: int = 0) -> dict[str, list[dict]]:
    """The dispatch solution's copy of the readings and caps, beside it a run that never was."""
    rows = [
        {
            "settlementdate": stamp(world, day, step),
            "runno": 1,
            "duid": f"W{world:03}",
            "intervention": run,
            "initialmw": power(world, "W", day, step) + (0 if run else 99),
            "uigf": power(world, "U", day, step, revision) + 10,
            "availability": power(world, "U", day, step, revision),
            "totalcleared": power(world, "U", day, step) / 2 + (0 if run else 99),
            "semidispatchcap": (world + day + step) % 2,
        }
        for step in steps
        for run in (0, 1)
    ]
    return {"dispatch_unit_solution": rows}


def dispatched(world: int, day: int, steps, revision: int = 0, run: int = 0) -> dict:
    """Sums and prices of the regions and flows between them, as a file of dispatch has them."""
    sums, prices, flows = [], [], []
    for step in steps:
        key = {"settlementdate": stamp(world, day, step), "runno": 1, "intervention": run}

        def figure(code: str, at: int = step) -> float:
            return power(world, code, day, at, revision + 5 * run)

        for region, codes in zip(REGIONS, ("DFHJLNQ", "EGIKMOR"), strict=True):
            demand, sun, sunny, wind, windy, stored, price = map(figure, codes)
            sums.append(
                key
                | {"regionid": region, "totaldemand": demand, "demand_and_nonschedgen": demand + 9}
                | {"ss_solar_uigf": sun, "ss_solar_clearedmw": sunny}
                | {"ss_wind_uigf": wind, "ss_wind_clearedmw": windy}
                | {"bdu_energy_storage": stored}
            )
            prices.append(key | {"regionid": region, "rrp": price, "rop": price, "apcflag": 0})
        for code, interconnector in zip("abcde", INTERCONNECTORS, strict=True):
            flow = round(figure(code) - 500, 2)
            flows.append(
                key
                | {"interconnectorid": interconnector, "meteredmwflow": flow, "mwflow": flow + 1}
                | {"mwlosses": 2.5, "exportlimit": 900.0, "importlimit": -900.0}
            )
    return {
        "dispatch_regionsum": sums,
        "dispatch_price": prices,
        "dispatch_interconnectorres": flows,
    }


def rooftop(
    world: int, day: int, halves, kind: str = "MEASUREMENT", revision: int = 0
) -> dict[str, list[dict]]:
    """Half hours of rooftop output, of which each needs its neighbours."""
    rows = [
        {
            "interval_datetime": stamp(world, day, half * 6 + 5),
            "type": kind,
            "regionid": region,
            "power": power(world, "ST"[n], day, half, revision + len(kind)),
            "qi": 1.0,
        }
        for half in halves
        for n, region in enumerate(REGIONS)
    ]
    return {"rooftop_actual": rows}


def prices(world: int, days, steps, revision: int = 0) -> list[dict]:
    return [
        {
            "settlementdate": stamp(world, day, step),
            "runno": 1,
            "regionid": region,
            "rrp": round((world + day * 3 + step * 7 + n * 11) % 301 - 50.5 + revision, 2),
        }
        for day in days
        for step in steps
        for n, region in enumerate(REGIONS)
    ]


def register(world: int) -> dict[str, list[dict]]:
    """The world's units, of which the wind farm moved to another region on its third day."""
    summaries, listed = [], []
    moved = FIRST + timedelta(world * APART + 2)
    for unit, (kind, region, (primary, fuel, technology, listed_kind)) in UNITS.items():
        rows = [(date(2020, 1, 1), date(2999, 12, 31), region)]
        if unit == "W":
            rows = [(date(2020, 1, 1), moved, region), (moved, date(2999, 12, 31), "SA1")]
        for start, end, where in rows:
            summaries.append(
                {
                    "duid": f"{unit}{world:03}",
                    "start_date": datetime.combine(start, datetime.min.time()),
                    "end_date": datetime.combine(end, datetime.min.time()),
                    "dispatchtype": kind,
                    "regionid": where,
                }
            )
        listed.append(
            {
                "sheet": "PU",
                "duid": f"{unit}{world:03}",
                "dispatch_type": listed_kind,
                "fuel_source_primary": primary,
                "fuel_source_descriptor": fuel,
                "technology_type_descriptor": technology,
            }
        )
    return {"dudetailsummary": summaries, "registered_units": listed}


def pieces(world: int) -> list[tuple[int, dict[str, list[dict]]]]:
    """What arrives of a world, in the order of publication: (day of publication, rows by table)."""
    table = "dispatch_unit_scada"
    return [
        (0, register(world)),
        (1, {table: scada(world, 0, (0, 1, 2))}),
        (1, {table: scada(world, 0, (286, 287))}),
        (2, {table: scada(world, 1, STEPS)}),
        (3, {table: scada(world, 2, (0, 1))}),
        (4, {table: scada(world, 0, (286, 287))}),  # the same again
        (5, {table: scada(world, 1, (0, 287), revision=1)}),  # a correction beside both midnights
        (2, {"trading_price": prices(world, (0, 1, 2), STEPS)}),
        (5, {"trading_price": prices(world, (1,), (0, 286), revision=1)}),
        (4, solved(world, 0, (1, 2, 3))),  # SCADA lacks the last one
        (4, solved(world, 0, (286, 287))),
        (4, solved(world, 1, (0, 1))),
        (5, solved(world, 0, (286, 287))),  # the same again
        (6, solved(world, 0, (287,), revision=1)),  # the target that begins the next day
        (1, dispatched(world, 0, (0, 1, 2))),
        (1, dispatched(world, 0, (286, 287))),
        (2, dispatched(world, 1, STEPS)),
        (3, dispatched(world, 0, (286, 287))),  # the same again
        (4, dispatched(world, 1, (0, 287), revision=1)),
        (5, dispatched(world, 1, (1, 2), run=1)),  # what flowed, after what set the price
        (1, rooftop(world, 0, (0, 1, 47))),
        (2, rooftop(world, 1, (0, 1, 2, 47))),
        (3, rooftop(world, 0, (47,))),  # the same again
        (4, rooftop(world, 1, (0, 47), revision=1)),
        (5, rooftop(world, 0, (0, 1, 2, 46, 47), kind="SATELLITE")),  # stands in where none is
    ]


def land(warehouse: Warehouse, arrivals: dict[int, Collection[int]]) -> None:
    """Write rows as `extract` lands them: {world: which of its pieces}."""
    now = datetime.now().astimezone()
    rows: dict[str, list[dict]] = {}
    for world, arrived in arrivals.items():
        for n, (published, tables) in enumerate(pieces(world)):
            if n not in arrived:
                continue
            for table, landed in tables.items():
                for place, row in enumerate(landed, 1):
                    lineage = {
                        "_file_id": f"world{world:03}piece{n}",
                        "_row_number": place,
                        "_published_at": f"2026-01-{published + 1:02}T00:00:00+00:00",
                        "_fetched_at": now,
                        "_loaded_at": now,
                        "_dlt_load_id": "test",
                    }
                    rows.setdefault(table, []).append(row | lineage)
    import pyarrow as pa

    with duckdb.connect(str(warehouse.settings.data / "raw.duckdb")) as raw:
        raw.execute(
            "insert into nem._dlt_loads by name select 'test' as load_id, 'nem' as schema_name, "
            "0 as status, now() as inserted_at, '' as schema_version_hash "
            "where 'test' not in (select load_id from nem._dlt_loads)"
        )
        for table, landed in rows.items():
            raw.register("landed", pa.Table.from_pylist(landed))
            raw.execute(f"insert into nem.{table} by name select * from landed")


def build(warehouse: Warehouse, *selected: str, whole: bool = False) -> None:
    # each world's days are ranges of their own, as if it were alone
    built = warehouse.dbt("run", *selected, whole=whole, most_day_ranges=10 * WORLDS)
    assert built.failures == [] and built.models


def contents(warehouse: Warehouse, table: str) -> list[tuple]:
    stamps = "columns(c -> not starts_with(c, '_'))"
    return warehouse.sql(f"select {stamps} from marts.{table} order by all")


def rollups_that_differ(warehouse: Warehouse) -> list[tuple]:
    """Days of units whose rollup is not what their intervals on file add up to."""
    return warehouse.sql(
        """
        select *
        from (
            select resource, fuel_tech, market_date, count(energy_mwh) as n,
                cast(sum(cast(energy_mwh as decimal(18, 6))) as double) as energy,
                cast(sum(cast(market_value as decimal(18, 6))) as double) as value
            from marts.fct_resource_intervals group by all
        ) as intervals
        full join marts.rpt_resource_daily as daily
            on intervals.resource = daily.resource and intervals.market_date = daily.market_date
            and intervals.fuel_tech is not distinct from daily.fuel_tech
        where row(n, energy, value)
            is distinct from row(daily.interval_count, daily.energy_mwh, daily.market_value)
        """
    )


def test_two_hundred_orders_give_what_one_clean_load_gives(warehouse, tmp_path):
    rng = random.Random(20250105)
    count = len(pieces(0))
    orders = {world: rng.sample(range(count), count) for world in range(WORLDS)}
    assert len({tuple(order) for order in orders.values()}) == WORLDS

    # cut at random: each build follows some pieces of a world, at least one
    ends = {world: sorted(rng.sample(range(1, count), BUILDS - 1)) for world in orders}

    compared = (*TABLES, *VIEWS)
    views = (*(f"+{table}" for table in TABLES), *VIEWS)
    build(warehouse, *views)
    folder = shutil.copytree(warehouse.settings.data, tmp_path / "clean")
    clean = Warehouse(folder, tmp_path, warehouse.manifest)
    land(clean, dict.fromkeys(range(WORLDS), range(count)))
    build(clean, *MODELS, whole=True)
    expected = {table: contents(clean, table) for table in compared}
    assert all(expected.values())
    # 14 readings of the wind farm (one of them filled) and the pump's 13, the battery's twice
    assert len(expected["fct_resource_intervals"]) == WORLDS * (14 + 13 + 2 * 13)

    for step in range(BUILDS):
        land(
            warehouse,
            {
                world: order[first:last]
                for world, order in orders.items()
                for first, last in [[0, *ends[world], count][step : step + 2]]
            },
        )
        build(warehouse, *MODELS)
        assert rollups_that_differ(warehouse) == []
    for table in compared:
        assert contents(warehouse, table) == expected[table], table
