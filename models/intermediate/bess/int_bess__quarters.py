from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from gridhouse.built_at import built_at
from python_models.bess.quarters import QUARTER_COLUMNS, TELEMETRY, day_quarters

DAYS_AT_ONCE = timedelta(days=4)  # bounds memory
SCHEMA = QUARTER_COLUMNS.append(pa.field("_built_at", pa.timestamp("us", "UTC")))
SITE = "regexp_extract(resource, '^(.*)_[^_]*$', 1)"


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="partition_overwrite",
        unique_key=["iso", "market_date"],
        on_schema_change="fail",
    )
    telemetry = dbt.ref("int_bess__telemetry_unioned").project(", ".join(TELEMETRY))
    batteries = dbt.ref("int_bess__dam_awards").filter("side = 'GEN'")
    sites = [site for (site,) in batteries.project(SITE).distinct().fetchall()]
    days = telemetry.project("iso, market_date").distinct()
    if dbt.is_incremental:
        landed = telemetry.filter(_is_new("_loaded_at", dbt.this))
        # awards tell which loads are at the site of a battery
        awarded = batteries.filter(_is_new("_built_at", dbt.this))
        days = landed.project("iso, market_date").union(awarded.project("iso, market_date"))
        days = days.distinct()
    days = days.order("market_date, iso").fetchall()
    # the session is busy with writing what this one reads
    reader = session.cursor()
    reader.execute("set TimeZone = 'UTC'")
    batches = _batches(reader.sql(telemetry.sql_query()), days, sites)
    return pa.RecordBatchReader.from_batches(SCHEMA, batches)


def _is_new(stamp, this):
    return f"{stamp} > (select coalesce(max({stamp}), '-infinity') from {this})"


def _batches(telemetry, days, sites):
    stamp = pa.scalar(built_at(), SCHEMA.field("_built_at").type)
    for some in _spans(days):
        # by the column that is in the files: DuckDB skips the other days' rows by no other
        window = f"run_local_at >= '{some[0][1]}' and run_local_at < date '{some[-1][1]}' + 1"
        rows = telemetry.filter(window).to_arrow_table()
        for iso, day in some:
            is_day = pc.and_(pc.equal(rows["iso"], iso), pc.equal(rows["market_date"], day))
            of_day = rows.filter(is_day)
            if of_day.num_rows:
                quarters = day_quarters(of_day, sites)
                column = pa.repeat(stamp, len(quarters))
                yield from quarters.append_column("_built_at", column).to_batches()


def _spans(days):
    """Days, in their order, in groups that are near each other."""
    some = []
    for iso, day in days:
        if some and day - some[0][1] >= DAYS_AT_ONCE:
            yield some
            some = []
        some.append((iso, day))
    if some:
        yield some
