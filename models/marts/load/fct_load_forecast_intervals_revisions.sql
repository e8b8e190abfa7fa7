{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    {{ revisions(
        touched_rows(ref('int_forecasts__unioned')),
        key=[
            'iso',
            'market',
            'location',
            'location_type',
            'model',
            'interval_start',
            'issued_at'
        ],
        values=[
            'load_mw',
            'is_in_use'
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
    issued_at,
    model,
    load_mw,
    is_in_use,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    is_latest,
    _fetched_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
