import pyarrow as pa

from gridhouse.built_at import built_at
from gridhouse.ptdf_window import MAES, Window
from python_models.ptdf.frames import FIT_COLUMNS

VERSION = "1"  # of the method
INSTANT = pa.timestamp("us", "UTC")
RUN = pa.schema(
    [
        ("iso", pa.string()),
        ("run_id", pa.string()),
        ("method_version", pa.string()),
        ("first_market_date", pa.date32()),
        ("last_market_date", pa.date32()),
        ("first_run_at", INSTANT),
        ("holdout_first_run_at", INSTANT),
        ("last_run_at", INSTANT),
        ("unexplained_interval_count", pa.int64()),
        ("dropped_interval_count", pa.int64()),
        ("rare", pa.string()),
        ("holdout_errors", MAES),
        ("_built_at", INSTANT),
    ]
)
LAST = """
    select iso, last(last_run_at order by _built_at), max(last_market_date), max(_built_at)
    from {} group by iso
"""


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="append",
        full_refresh=False,
        schema="intermediate",
    )
    grams, mu = dbt.ref("int_ptdf__day_grams"), dbt.ref("int_ptdf__shadow_prices")
    targets, extra = dbt.ref("int_ptdf__targets"), dbt.ref("int_ptdf__extra_regressors")
    options = dbt.ref("int_ptdf__options")
    window_days, rare, least_intervals, refit_hours, has_extra = options.project(
        "window_days, rare, least_intervals, refit_hours, len(extra) > 0"
    ).fetchone()
    last, now = {}, built_at()
    if dbt.is_incremental:
        last = {iso: fit for iso, *fit in session.sql(LAST.format(dbt.this)).fetchall()}
    fits = [pa.schema([*RUN, *FIT_COLUMNS]).empty_table()]
    for (iso,) in grams.project("iso").distinct().fetchall():
        window = Window(iso, window_days, grams, mu, targets, extra, has_extra)
        if iso in last and not window.is_due(*last[iso], refit_hours):
            continue
        fit = window.fit(rare, least_intervals)
        fit |= {
            "iso": iso,
            "run_id": f"{fit['last_market_date']:%Y%m%d}-{now:%Y%m%dT%H%M%SZ}",
            "method_version": VERSION,
            "rare": rare,
            "_built_at": now,
        }
        run = [pa.array([fit[field.name]], field.type) for field in RUN]
        fits.append(pa.table([*run, *fit["fitted"].columns], schema=fits[0].schema))
    return pa.concat_tables(fits)
