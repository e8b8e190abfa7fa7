import pyarrow as pa

from gridhouse.built_at import built_at
from gridhouse.due import window_if_due
from python_models.calibration.frames import CALIBRATION_COLUMNS, calibrate_table

VERSION = "3"  # of the method
RUN = pa.schema(
    [
        ("iso", pa.string()),
        ("run_id", pa.string()),
        ("method_version", pa.string()),
        ("unexplained_run_count", pa.int64()),
        ("known_after_minutes", pa.float64()),
        ("last_known_at", pa.timestamp("us", "UTC")),
        ("_built_at", pa.timestamp("us", "UTC")),
    ]
)
ABOUT = """
    count(*) filter (not is_explained),
    median(epoch(shadow_prices_at - run_at) / 60) filter (is_explained),
    max(known_at) filter (is_explained)
"""


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
    made, last = 0, None
    if dbt.is_incremental:
        made, last = session.sql(f"select count(*), max(last_run_at) from {dbt.this}").fetchone()
    explained = runs.filter("is_explained")
    window = window_if_due(explained, "run_at", last, *options)
    if not window and not made and runs.limit(1).fetchone():
        window = "true"  # nothing counts: that it does not is the result
    if window:
        now = built_at()
        about = runs.filter(window).aggregate(ABOUT).fetchone()
        # shadow prices of runs that have none in full would be zeros
        own, shadow = explained.filter(window), mu.filter(window)
        fit = calibrate_table(shadow.to_arrow_table(), own.to_arrow_table())
        key = ["ERCOT", f"{now:%Y%m%dT%H%M%SZ}", VERSION, *about, now]
        columns = [pa.array([value], field.type) for value, field in zip(key, RUN, strict=True)]
        fits.append(pa.table([*columns, *fit.columns], schema=fits[0].schema))
    return pa.concat_tables(fits)
