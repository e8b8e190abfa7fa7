{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    {{ revisions(
        touched_rows(ref('int_rooftop__unioned')),
        key=[
            'iso',
            'location',
            'location_type',
            'rooftop_type',
            'interval_start'
        ],
        values=[
            'power_mw',
            'quality'
        ]
    ) }}
)

select
    iso,
    market,
    location,
    location_type,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    trading_date,
    rooftop_type,
    power_mw,
    power_mw * interval_minutes / 60.0 as energy_mwh,
    quality,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    is_latest,
    _fetched_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
