import pyarrow as pa

from gridhouse.built_at import built_at
from python_models.ptdf.frames import GRAM_COLUMNS, day_gram

KEY = [
    ("iso", pa.string()),
    ("market_date", pa.date32()),
    ("first_run_at", pa.timestamp("us", "UTC")),
    ("last_run_at", pa.timestamp("us", "UTC")),
    ("unexplained_interval_count", pa.int64()),
    ("_built_at", pa.timestamp("us", "UTC")),
]
ABOUT = """
    min(run_at) filter (is_explained), max(run_at) filter (is_explained),
    count(distinct run_at) filter (not is_explained), count(distinct run_at) filter (is_explained)
"""
OTHER_REGRESSORS = """
    select iso, market_date from {} where coalesce(extra_names, []) <> cast({} as text[])
"""


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="partition_overwrite",
        unique_key=["iso", "market_date"],
        schema="intermediate",
    )
    targets, mu = dbt.ref("int_ptdf__targets"), dbt.ref("int_ptdf__shadow_prices")
    extra = dbt.ref("int_ptdf__extra_regressors")
    (asked,) = dbt.ref("int_ptdf__options").project("list_sort(extra)").fetchone()
    # of the prices and not of `targets`, which looks at all prices of a run before it gives a row
    stamps = "'ERCOT' as iso, market_date, _built_at"
    changed = dbt.ref("features__lmp_target").project(stamps).union(mu.project(stamps))
    days = set()
    if dbt.is_incremental:
        changed = changed.filter(
            f"_built_at > (select coalesce(max(_built_at), '-infinity') from {dbt.this})"
        )
        # sums without a regressor that is asked for, or with one that is not, are of no use
        days |= set(session.sql(OTHER_REGRESSORS.format(dbt.this, asked)).fetchall())
    days |= set(changed.project("iso, market_date").distinct().fetchall())
    schema = pa.schema([*KEY, *GRAM_COLUMNS])
    now = built_at()

    def rows():
        for iso, day in sorted(days):
            span = f"iso = '{iso}' and market_date = date '{day}'"
            prices = targets.filter(span)
            *about, explained = prices.aggregate(ABOUT).fetchone()
            gram = day_gram(
                mu.filter(span).to_arrow_table(),
                prices.filter("is_explained").to_arrow_table(),
                extra.filter(span).to_arrow_table() if asked else None,
            )
            if not len(gram):  # a day without any interval that counts is told all the same
                nothing = {"interval_count": 0, "extra_names": asked}
                nothing |= {"dropped_interval_count": explained}
                gram = pa.Table.from_pylist([nothing], schema=GRAM_COLUMNS)
            key = pa.Table.from_pylist(
                [dict(zip((name for name, _ in KEY), (iso, day, *about, now), strict=True))],
                schema=pa.schema(KEY),
            )
            yield from pa.table([*key.columns, *gram.columns], schema=schema).to_batches()

    return pa.RecordBatchReader.from_batches(schema, rows())
