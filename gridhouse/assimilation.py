"""The assimilation as a command: runs it, on the device that is asked for, and reads its result."""

from __future__ import annotations

import os
from typing import Any

from gridhouse import dbt
from gridhouse.report import reading
from gridhouse.settings import Settings

MODELS = ["path:models/methods/assimilation"]
# All methods over the same zones: those of which the operator has forecasts, if there are any.
SCORES = """
    with live as (
        select
            *,
            max(row_count) filter (where method = 'operator')
                over (partition by quantity, horizon_hours, zone) as operator_count
        from marts.assimilation_scores
        where is_live and horizon_hours in (1, 3, 6)
    ),

    judged as (
        select
            *,
            coalesce(max(operator_count) over (partition by quantity, horizon_hours), 0) as most
        from live
    )

    select
        quantity, cast(horizon_hours as integer) as hours, method,
        sum(row_count) as forecasts,
        sqrt(sum(row_count * rmse_mw ** 2) / sum(row_count)) as rmse_mw,
        sum(row_count * crps_mw) / sum(row_count) as crps_mw,
        sum(row_count * coverage_90) / sum(row_count) as coverage_90
    from judged
    where operator_count > 0 or most = 0
    group by all
    having sum(row_count) > 0
    order by all
"""


class NoDevice(Exception):
    """The device that was asked for is not there."""


def run(settings: Settings, device: str) -> dbt.Build:
    """A run over the newest days. `device`: cpu, gpu, or auto. Raises NoDevice."""
    import jax

    there = sorted({d.platform for d in jax.devices()} | {"cpu"})
    if device != "auto" and device not in there:
        raise NoDevice(f"jax finds no {device} here, only {', '.join(there)}")
    os.environ["GRIDHOUSE_DEVICE"] = "" if device == "auto" else device
    return dbt.build(settings, select=MODELS, variables={"assimilate_now": True})


def newest(settings: Settings) -> dict[str, Any] | None:
    """The newest run and its scores; None where there is none."""
    with reading(settings) as connection:
        runs = connection.execute(
            "select * exclude (parameters) from marts.assimilation_runs where is_live"
        )
        found = runs.to_arrow_table().to_pylist()
        scores = connection.execute(SCORES).to_arrow_table().to_pylist()
    return {**found[0], "scores": scores} if found else None
