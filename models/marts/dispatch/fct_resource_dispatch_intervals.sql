{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

-- A day comes in a daily and a monthly file, and a file may repeat a row.
with published as (
    {{ revisions(
        touched_rows(ref('int_dispatch__unit_solutions')),
        key=['iso', 'resource', 'interval_start', 'intervention'],
        values=[
            'connection_point_id',
            'dispatch_mode',
            'agc_status',
            'initial_mw',
            'total_cleared_mw',
            'availability_mw',
            'min_availability_mw',
            'uigf_mw',
            'semi_dispatch_cap',
            'initial_energy_storage_mwh',
            'energy_storage_mwh',
            'ramp_up_rate_mw_per_hour',
            'ramp_down_rate_mw_per_hour',
            'raise1sec_enabled_mw',
            'raise6sec_enabled_mw',
            'raise60sec_enabled_mw',
            'raise5min_enabled_mw',
            'raisereg_enabled_mw',
            'lower1sec_enabled_mw',
            'lower6sec_enabled_mw',
            'lower60sec_enabled_mw',
            'lower5min_enabled_mw',
            'lowerreg_enabled_mw'
        ]
    ) }}
)

select
    iso,
    resource,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    trading_date,
    intervention,
    connection_point_id,
    dispatch_mode,
    agc_status,
    initial_mw,
    total_cleared_mw,
    availability_mw,
    min_availability_mw,
    uigf_mw,
    semi_dispatch_cap,
    initial_energy_storage_mwh,
    energy_storage_mwh,
    ramp_up_rate_mw_per_hour,
    ramp_down_rate_mw_per_hour,
    raise1sec_enabled_mw,
    raise6sec_enabled_mw,
    raise60sec_enabled_mw,
    raise5min_enabled_mw,
    raisereg_enabled_mw,
    lower1sec_enabled_mw,
    lower6sec_enabled_mw,
    lower60sec_enabled_mw,
    lower5min_enabled_mw,
    lowerreg_enabled_mw,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
where is_latest
