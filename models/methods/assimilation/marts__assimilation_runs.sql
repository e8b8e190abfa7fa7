{{ config(materialized='view', schema='marts', alias='assimilation_runs') }}

select
    runs.iso,
    runs.run_id,
    runs.method_version,
    latest.run_id is not null as is_live,
    runs.first_interval_start,
    runs.last_interval_start,
    runs.last_actual_start,
    runs.methods,
    runs.device,
    runs.members,
    runs.seed,
    runs.observation_count,
    runs.missing_actual_count,
    runs.missing_forecast_count,
    runs.unused_forecast_count,
    runs.state_count,
    runs.forecast_count,
    runs.has_diverged,
    runs.is_in_sample,
    runs.parameters,
    runs._built_at
from {{ ref('int_assimilation__runs') }} as runs
left join {{ ref('int_assimilation__latest_run') }} as latest
    on
        runs.iso = latest.iso
        and runs.run_id = latest.run_id
