{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    {{ revisions(
        touched_rows(ref('int_outputs__unioned')),
        key=[
            'iso',
            'resource',
            'interval_start'
        ],
        values=[
            'output_mw',
            'energy_mwh',
            'base_point_mw',
            'soc_mwh',
            'status',
            'measured'
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
    resource,
    output_mw,
    energy_mwh,
    base_point_mw,
    soc_mwh,
    status,
    measured,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    is_latest,
    _fetched_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
