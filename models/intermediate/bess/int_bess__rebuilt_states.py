from datetime import timedelta

import pyarrow as pa

from gridhouse.built_at import built_at
from python_models.bess.frames import STATE_COLUMNS, state_tables

SEEDS = ("bess_assumed_losses",)


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="partition_overwrite",
        unique_key=["iso", "market_date"],
    )
    quarters = dbt.ref("int_bess__untelemetered_quarters")
    start = STATE_COLUMNS.empty_table()
    if dbt.is_incremental:
        newest = f"(select coalesce(max(_built_at), '-infinity') from {dbt.this})"
        # all days, if a seed has another content than it had for them
        noted = f"(select max(loaded_at) from ref.seed_versions where seed in {SEEDS})"
        is_new = f"_built_at > {newest} or {noted} > {newest}"
        (changed,) = quarters.filter(is_new).aggregate("min(market_date)").fetchone()
        if changed is None:
            quarters = quarters.filter("false")
        else:  # a state is that of the start of a quarter hour: the day before gives the first one
            first = changed - timedelta(days=1)
            quarters = quarters.filter(f"market_date >= '{first}'")
            start = session.sql(
                f"select {', '.join(STATE_COLUMNS.names)} from {dbt.this} "
                f"where market_date = '{first}'"
            ).to_arrow_table()
    schema = STATE_COLUMNS.append(pa.field("_built_at", pa.timestamp("us", "UTC")))
    now = pa.scalar(built_at(), schema.field("_built_at").type)
    tables = (
        table.append_column("_built_at", pa.repeat(now, len(table)))
        for table in state_tables(quarters.to_arrow_table(), start)
    )
    batches = (batch for table in tables for batch in table.to_batches())
    return pa.RecordBatchReader.from_batches(schema, batches)
