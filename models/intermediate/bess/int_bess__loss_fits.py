from datetime import UTC, datetime

import pyarrow as pa

from python_models.bess.frames import FIT_COLUMNS, fit_table

VERSION = "1"  # of the method: a new one fits every month anew on a full refresh
RUN = pa.schema(
    [
        ("iso", pa.string()),
        ("run_id", pa.string()),
        ("method_version", pa.string()),
        ("month", pa.date32()),
        ("first_market_date", pa.date32()),
        ("last_market_date", pa.date32()),
        ("_built_at", pa.timestamp("us", "UTC")),
    ]
)


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    quarters = dbt.ref("int_bess__telemetered_quarters")
    new = quarters
    if dbt.is_incremental:
        new = quarters.filter(
            f"_built_at > (select coalesce(max(_built_at), '-infinity') from {dbt.this})"
        )
    now = datetime.now(UTC)
    fits = [pa.schema([*RUN, *FIT_COLUMNS]).empty_table()]
    for iso, month in new.project("iso, month").distinct().order("iso, month").fetchall():
        rows = quarters.filter(f"iso = '{iso}' and month = '{month}'")
        days = rows.aggregate("min(market_date), max(market_date)").fetchone()
        fit = fit_table(rows.to_arrow_table())
        run = [iso, f"{month:%Y-%m}-{now:%Y%m%dT%H%M%SZ}", VERSION, month, *days, now]
        columns = [pa.repeat(pa.scalar(v, f.type), len(fit)) for v, f in zip(run, RUN, strict=True)]
        fits.append(pa.table([*columns, *fit.columns], schema=fits[0].schema))
    return pa.concat_tables(fits)
