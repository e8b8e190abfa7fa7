import pyarrow as pa

from gridhouse.built_at import built_at
from python_models.ptdf.frames import DAY_GRAM, day_gram

KEY = [("iso", pa.string()), ("market_date", pa.date32()), ("_built_at", pa.timestamp("us", "UTC"))]


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="partition_overwrite",
        unique_key=["iso", "market_date"],
    )
    targets, mu = dbt.ref("int_ptdf__targets"), dbt.ref("int_ptdf__shadow_prices")
    changed = targets.project("iso, market_date, _built_at").union(
        mu.project("iso, market_date, _built_at")
    )
    if dbt.is_incremental:
        changed = changed.filter(
            f"_built_at > (select coalesce(max(_built_at), '-infinity') from {dbt.this})"
        )
    days = changed.project("iso, market_date").distinct().order("iso, market_date").fetchall()
    schema = pa.schema([*KEY, *DAY_GRAM])
    now = built_at()

    def rows():
        for iso, day in days:
            span = f"iso = '{iso}' and market_date = date '{day}'"
            gram = day_gram(
                mu.filter(span).to_arrow_table(), targets.filter(span).to_arrow_table()
            )
            key = [pa.array([v], f.type) for v, f in zip((iso, day, now), schema, strict=False)]
            yield from pa.table([*key, *gram.columns], schema=schema).to_batches()

    return pa.RecordBatchReader.from_batches(schema, rows())
