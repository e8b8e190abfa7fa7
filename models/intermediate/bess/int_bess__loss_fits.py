from datetime import UTC, datetime

import pyarrow as pa

from python_models.bess.frames import FIT_COLUMNS, fit_table, is_due

VERSION = "1"  # of the method: a new one fits every month anew on a full refresh
RUN = pa.schema(
    [
        ("iso", pa.string()),
        ("run_id", pa.string()),
        ("method_version", pa.string()),
        ("month", pa.date32()),
        ("first_market_date", pa.date32()),
        ("last_market_date", pa.date32()),
        ("day_count", pa.int32()),
        ("_built_at", pa.timestamp("us", "UTC")),
    ]
)
NEVER = (0, "-infinity", "-infinity")
LAST_FITS = """
    select iso, month, day_count, last_market_date, _built_at from {}
    qualify row_number() over (partition by iso, month order by _built_at desc) = 1
"""


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    quarters = dbt.ref("int_bess__quarters").filter("side = 'ESR' and first_soc_mwh is not null")
    telemetered = dbt.ref("int_bess__telemetered_quarters")
    last_fits, new = {}, quarters
    if dbt.is_incremental:
        for iso, month, *fit in session.sql(LAST_FITS.format(dbt.this)).fetchall():
            last_fits[iso, month] = fit
        newest = max((fit[-1] for fit in last_fits.values()), default="-infinity")
        new = quarters.filter(f"_built_at > timestamptz '{newest}'")
    now = datetime.now(UTC)
    fits = [pa.schema([*RUN, *FIT_COLUMNS]).empty_table()]
    months = new.project("iso, cast(date_trunc('month', market_date) as date) as month").distinct()
    for iso, month in months.order("iso, month").fetchall():
        fitted_days, last_day, fitted_at = last_fits.get((iso, month), NEVER)
        span = f"iso = '{iso}' and market_date between date '{month}' and last_day(date '{month}')"
        days, first, last, is_changed = (
            quarters.filter(span)
            .aggregate(
                "count(distinct market_date), min(market_date), max(market_date), "
                f"coalesce(bool_or(market_date <= date '{last_day}' "
                f"and _built_at > timestamptz '{fitted_at}'), false)"
            )
            .fetchone()
        )
        if not is_due(month, days, fitted_days, is_changed):
            continue
        fit = fit_table(telemetered.filter(f"{span} and month = date '{month}'").to_arrow_table())
        run_id = f"{month:%Y-%m}-{now:%Y%m%dT%H%M%SZ}"
        run = [iso, run_id, VERSION, month, first, last, days, now]
        columns = [pa.repeat(pa.scalar(v, f.type), len(fit)) for v, f in zip(run, RUN, strict=True)]
        fits.append(pa.table([*columns, *fit.columns], schema=fits[0].schema))
    return pa.concat_tables(fits)
