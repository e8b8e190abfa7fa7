from datetime import date, timedelta

import pyarrow as pa

from gridhouse.built_at import built_at
from python_models.flows.frames import COLUMNS, Border, flow_emissions

ISO = "NEM"  # the only market here with regions and flows between them
DAYS_AT_ONCE = 28  # bounds memory, and is one length of arrays
# Open Electricity's rule: what units give, without rooftop (docs/methods/flows.md)
NO_GENERATION = "not is_supply or fuel_tech = 'SOLAR_ROOFTOP'"
KNOWN_SHARE = 0.99  # of the energy, at least, must come from units with an emission factor
SEEDS = ("fuel_techs", "interconnectors")
IN_FIVE_MINUTES = (
    "market_date, interval_minutes // 5 as parts, "
    "make_timestamptz(epoch_us(interval_start) + unnest(range(interval_minutes // 5)) * 300000000)"
    " as interval_start"
)
SCHEMA = pa.schema(
    [
        ("iso", pa.string()),
        ("location_type", pa.string()),
        *COLUMNS,
        ("_built_at", pa.timestamp("us", "UTC")),
    ]
)


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="partition_overwrite",
        unique_key=["iso", "market_date"],
        on_schema_change="fail",
    )
    fuels = dbt.ref("fct_fuel_intervals").filter(f"iso = '{ISO}'")
    borders = dbt.ref("fct_border_intervals").filter(f"iso = '{ISO}'")
    ends = dbt.ref("dim_interconnector").filter(f"iso = '{ISO}'")
    others = dbt.ref("fuel_techs").filter(NO_GENERATION).project("fuel_tech").fetchall()
    days = [_days(relation, dbt) for relation in (fuels, borders)]
    days = days[0].union(days[1]).distinct().order("market_date").fetchall()
    topology = ends.project("from_location, to_location, valid_from, valid_to").fetchall()
    # the session is busy with writing what this one reads
    reader = session.cursor()
    reader.execute("set TimeZone = 'UTC'")
    # interconnectors side by side are one border each: it is expected while any of them is
    batches = _batches(
        reader.sql(fuels.sql_query()).filter(_generation([fuel for (fuel,) in others])),
        reader.sql(borders.sql_query()),
        [day for (day,) in days],
        [Border(*row) for row in topology],
    )
    return pa.RecordBatchReader.from_batches(SCHEMA, batches)


def _days(relation, dbt):
    if dbt.is_incremental:
        newest = f"(select coalesce(max(_built_at), '-infinity') from {dbt.this})"
        # all days, if a seed has another content than it had for them
        noted = f"(select max(loaded_at) from ref.seed_versions where seed in {SEEDS})"
        relation = relation.filter(f"_built_at > {newest} or {noted} > {newest}")
    return relation.project("market_date").distinct()


def _batches(fuels, borders, days, topology):
    stamp = pa.scalar(built_at(), SCHEMA.field("_built_at").type)
    for first, last in _spans(days):
        window = f"market_date between date '{first}' and date '{last}'"
        generation = fuels.filter(window).project(
            f"{IN_FIVE_MINUTES}, location, energy_mwh, emissions_energy_mwh, emissions_t"
        )
        generation = generation.aggregate(
            f"market_date, interval_start, location, {_sum('energy_mwh')} as generation_mwh, "
            f"case when {_sum('emissions_energy_mwh')} >= {KNOWN_SHARE} * {_sum('energy_mwh')} "
            f"then {_sum('emissions_t')} end as generation_emissions_t"
        )
        # of an interconnector that is only planned there may be rows before there is any flow
        flows = borders.filter(
            f"{window} and (expected_interface_count > 0 or energy_mwh is not null)"
        )
        flows = flows.project(f"{IN_FIVE_MINUTES}, from_location, to_location, energy_mwh")
        flows = flows.project("* replace (energy_mwh / parts as energy_mwh)")
        carried = flow_emissions(generation.to_arrow_table(), flows.to_arrow_table(), topology)
        yield from _stamped(carried, stamp).to_batches()


def _generation(others):
    """A unit whose fuel no list tells generates too."""
    quoted = ", ".join(f"'{fuel}'" for fuel in others)
    named = f"coalesce(fuel_tech not in ({quoted}), true)"
    return f"energy_mwh > 0 and location is not null and {named}"


def _sum(figure):
    """The five minutes' part; decimals add up to the same in any order."""
    return f"cast(sum(cast({figure} / parts as decimal(18, 9))) as double)"


def _stamped(carried, stamp):
    rows = carried.num_rows
    fixed = {"iso": pa.repeat(ISO, rows), "location_type": pa.repeat("REGION", rows)}
    columns = {**fixed, **dict(zip(carried.column_names, carried.columns, strict=True))}
    return pa.table({**columns, "_built_at": pa.repeat(stamp, rows)}, schema=SCHEMA)


def _spans(days: list[date]):
    """(first, last) of days, in their order, of which none lies far from the first."""
    first = last = None
    for day in days:
        if first and day - first >= timedelta(DAYS_AT_ONCE):
            yield first, last
            first = None
        first, last = first or day, day
    if first:
        yield first, last
