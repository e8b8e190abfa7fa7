import os
from datetime import timedelta

import pyarrow as pa

from gridhouse.built_at import built_at
from gridhouse.due import window_if_due
from python_models.assimilation.frames import (
    FORECAST_COLUMNS,
    INNOVATION_COLUMNS,
    RUN_COLUMNS,
    SCORE_COLUMNS,
    STATE_COLUMNS,
    Options,
    assimilate_tables,
)

VERSION = "3"  # of the method
INSTANT = pa.timestamp("us", "UTC")
NESTED = {
    "states": STATE_COLUMNS,
    "innovations": INNOVATION_COLUMNS,
    "forecasts": FORECAST_COLUMNS,
    "scores": SCORE_COLUMNS,
}
RUN = pa.schema(
    [
        ("iso", pa.string()),
        ("run_id", pa.string()),
        ("method_version", pa.string()),
        ("first_interval_start", INSTANT),
        ("last_interval_start", INSTANT),
        ("last_actual_start", INSTANT),
        ("_built_at", INSTANT),
        *((name, pa.list_(pa.struct(list(schema)))) for name, schema in NESTED.items()),
    ]
)


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="append",
        full_refresh=False,
        schema="intermediate",
    )
    observations = dbt.ref("int_assimilation__observations")
    issued = dbt.ref("int_assimilation__operator_forecasts")
    options = dbt.ref("int_assimilation__options")
    training_days, *options = options.project(
        "training_days, window_days, refresh_hours, is_asked_for"
    ).fetchone()
    runs = [pa.schema([*RUN, *RUN_COLUMNS]).empty_table()]
    last = None
    if dbt.is_incremental:
        (last,) = session.sql(f"select max(last_actual_start) from {dbt.this}").fetchone()
    actuals = observations.filter("actual_mw is not null")
    # a daily build that starts minutes earlier than that of the day before finds 23 hours
    window = window_if_due(actuals, "interval_start", last, *options, earlier=timedelta(hours=1))
    if window:
        now = built_at()
        own = observations.filter(window)
        asked = Options(
            least_training_days=training_days,
            device=os.environ.get("GRIDHOUSE_DEVICE") or None,
        )
        found = assimilate_tables(
            own.to_arrow_table(), issued.filter(window).to_arrow_table(), asked
        )
        starts = found.states["interval_start"].combine_chunks().sort()
        (newest,) = actuals.aggregate("max(interval_start)").fetchone()
        run_id = f"{now:%Y%m%dT%H%M%SZ}"
        key = ["ERCOT", run_id, VERSION, starts[0], starts[-1], newest, now]
        columns = [pa.array([v], f.type) for v, f in zip(key, RUN, strict=False)]
        columns += [_one_list(getattr(found, name)) for name in NESTED]
        runs.append(pa.table([*columns, *found.run.columns], schema=runs[0].schema))
    return pa.concat_tables(runs)


def _one_list(table: pa.Table) -> pa.Array:
    """All rows of a table as one list of structs."""
    rows = table.to_struct_array()
    rows = rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows
    return pa.ListArray.from_arrays(pa.array([0, len(rows)], pa.int32()), rows)
