{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

-- A day comes in a daily and a monthly file, and a file may repeat a row.
with published as (
    {{ revisions(
        touched_rows(ref('int_bids__intervals')),
        key=['iso', 'resource', 'bid_type', 'direction', 'interval_start'],
        values=[
            'bid_trading_date',
            'offered_at',
            'period_id',
            'version_no',
            'max_availability_mw',
            'fixed_load_mw',
            'ramp_up_mw_per_minute',
            'ramp_down_mw_per_minute',
            'enablement_min_mw',
            'enablement_max_mw',
            'low_breakpoint_mw',
            'high_breakpoint_mw',
            'band_1_mw',
            'band_2_mw',
            'band_3_mw',
            'band_4_mw',
            'band_5_mw',
            'band_6_mw',
            'band_7_mw',
            'band_8_mw',
            'band_9_mw',
            'band_10_mw',
            'last_changed_at',
            'pasa_availability_mw',
            'mr_capacity_mw',
            'energy_limit_mwh',
            'recall_period'
        ]
    ) }}
)

select
    iso,
    resource,
    bid_type,
    direction,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    trading_date,
    bid_trading_date,
    offered_at,
    period_id,
    version_no,
    max_availability_mw,
    fixed_load_mw,
    ramp_up_mw_per_minute,
    ramp_down_mw_per_minute,
    enablement_min_mw,
    enablement_max_mw,
    low_breakpoint_mw,
    high_breakpoint_mw,
    band_1_mw,
    band_2_mw,
    band_3_mw,
    band_4_mw,
    band_5_mw,
    band_6_mw,
    band_7_mw,
    band_8_mw,
    band_9_mw,
    band_10_mw,
    last_changed_at,
    pasa_availability_mw,
    mr_capacity_mw,
    energy_limit_mwh,
    recall_period,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
where is_latest
