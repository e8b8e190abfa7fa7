import pyarrow as pa

from gridhouse.built_at import built_at
from gridhouse.due import window_if_due
from python_models.calibration.frames import CALIBRATION_COLUMNS, calibrate_table

VERSION = "2"  # of the method
RUN = pa.schema(
    [
        ("iso", pa.string()),
        ("run_id", pa.string()),
        ("method_version", pa.string()),
        ("_built_at", pa.timestamp("us", "UTC")),
    ]
)


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="append",
        full_refresh=False,
        schema="intermediate",
    )
    runs, mu = dbt.ref("int_calibration__runs"), dbt.ref("int_calibration__shadow_prices")
    options = dbt.ref("int_calibration__options").project("window_days, refresh_hours").fetchone()
    fits = [pa.schema([*RUN, *CALIBRATION_COLUMNS]).empty_table()]
    last = None
    if dbt.is_incremental:
        (last,) = session.sql(f"select max(last_run_at) from {dbt.this}").fetchone()
    window = window_if_due(runs, "run_at", last, *options)
    if window:
        now = built_at()
        own = runs.filter(f"is_explained and {window}")
        # shadow prices of runs that have none in full would be zeros
        shadow = mu.filter(window)
        fit = calibrate_table(shadow.to_arrow_table(), own.to_arrow_table())
        key = ["ERCOT", f"{now:%Y%m%dT%H%M%SZ}", VERSION, now]
        columns = [pa.array([value], field.type) for value, field in zip(key, RUN, strict=True)]
        fits.append(pa.table([*columns, *fit.columns], schema=fits[0].schema))
    return pa.concat_tables(fits)
