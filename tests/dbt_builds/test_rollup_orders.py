"""Whatever order files come in, late, in part or twice: rollups are those of one clean load.

Two hundred orders at once: as many worlds stand beside each other in one warehouse, each with
days, units and an order of its own. A step lands the next piece of every world and builds what it
touched.
Rows are written as `extract` lands them; that files become such rows is tested elsewhere.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import duckdb
import pytest

from tests.dbt_builds.conftest import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

WORLDS, APART = 200, 6
FIRST = date(2025, 1, 5)
STEPS = (0, 1, 2, 3, 286, 287)  # of a day's 288 intervals: both sides of midnight and some between
MODELS = (
    "fct_price_intervals_revisions",
    "int_resources__part_versions",
    "fct_resource_intervals",
    "fct_fuel_intervals",
    "rpt_resource_daily",
    "rpt_fuel_daily",
)
TABLES = (*MODELS[2:], "rpt_resource_monthly", "rpt_fuel_monthly", "rpt_fuel_periods")
REGIONS = ("NSW1", "SA1")
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


def solved(world: int, day: int, steps) -> list[dict]:
    """The dispatch solution's copy of the readings, beside it a run that never was."""
    return [
        {
            "settlementdate": stamp(world, day, step),
            "runno": 1,
            "duid": f"W{world:03}",
            "intervention": run,
            "initialmw": power(world, "W", day, step) + (0 if run else 99),
        }
        for step in steps
        for run in (0, 1)
    ]


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
        (4, {"dispatch_unit_solution": solved(world, 0, (1, 2, 3))}),  # SCADA lacks the last one
    ]


def land(warehouse: Warehouse, arrivals: dict[int, int]) -> None:
    """Write rows as `extract` lands them: {world: which of its pieces}; -1 for all of them."""
    now = datetime.now().astimezone()
    rows: dict[str, list[dict]] = {}
    for world, piece in arrivals.items():
        for n, (published, tables) in enumerate(pieces(world)):
            if piece not in (n, -1):
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


@pytest.fixture
def clean(prepared_data, tmp_path, manifest):
    import shutil

    made = Warehouse(shutil.copytree(prepared_data, tmp_path / "clean"), tmp_path, manifest)
    assert made.dbt("seed").ok
    return made


def test_two_hundred_orders_give_what_one_clean_load_gives(warehouse, clean):
    rng = random.Random(20250105)
    count = len(pieces(0))
    orders = {world: rng.sample(range(count), count) for world in range(WORLDS)}
    assert len({tuple(order) for order in orders.values()}) == WORLDS

    views = ("+fct_fuel_intervals", *TABLES)
    land(clean, dict.fromkeys(range(WORLDS), -1))
    build(clean, *views)
    expected = {table: contents(clean, table) for table in TABLES}
    # 17 readings of the wind farm (one of them filled) and the pump's 15, the battery's twice
    assert len(expected["fct_resource_intervals"]) == WORLDS * (14 + 13 + 2 * 13)

    build(warehouse, *views)
    for step in range(count):
        land(warehouse, {world: order[step] for world, order in orders.items()})
        build(warehouse, *MODELS)
        assert rollups_that_differ(warehouse) == []
    for table in TABLES:
        assert contents(warehouse, table) == expected[table], table
