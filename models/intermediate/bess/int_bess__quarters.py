from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from python_models.bess.quarters import QUARTER_COLUMNS, TELEMETRY, day_quarters

DAYS_AT_ONCE = 4  # bounds memory
SCHEMA = QUARTER_COLUMNS.append(pa.field("_built_at", pa.timestamp("us", "UTC")))


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="partition_overwrite",
        unique_key=["iso", "market_date"],
        on_schema_change="fail",
    )
    telemetry = dbt.ref("int_bess__telemetry_unioned").project(", ".join(TELEMETRY))
    landed = telemetry
    if dbt.is_incremental:
        landed = telemetry.filter(
            f"_loaded_at > (select coalesce(max(_loaded_at), '-infinity') from {dbt.this})"
        )
    days = landed.project("iso, market_date").distinct().order("market_date, iso").fetchall()
    # the session is busy with writing what this one reads
    reader = session.cursor()
    reader.execute("set TimeZone = 'UTC'")
    batches = _batches(reader.sql(telemetry.sql_query()), days)
    return pa.RecordBatchReader.from_batches(SCHEMA, batches)


def _batches(telemetry, days):
    built_at = pa.scalar(datetime.now(UTC), SCHEMA.field("_built_at").type)
    for first in range(0, len(days), DAYS_AT_ONCE):
        some = days[first : first + DAYS_AT_ONCE]
        # by the column that is in the files: DuckDB skips the other days' rows by no other
        window = f"run_local_at >= '{some[0][1]}' and run_local_at < date '{some[-1][1]}' + 1"
        rows = telemetry.filter(window).to_arrow_table()
        for iso, day in some:
            is_day = pc.and_(pc.equal(rows["iso"], iso), pc.equal(rows["market_date"], day))
            quarters = day_quarters(rows.filter(is_day))
            column = pa.repeat(built_at, len(quarters))
            yield from quarters.append_column("_built_at", column).to_batches()
