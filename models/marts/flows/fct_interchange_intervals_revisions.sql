{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    {{ revisions(
        touched_rows(ref('int_interchange__unioned')),
        key=[
            'iso',
            'market',
            'interface',
            'interval_start'
        ],
        values=[
            'flow_mw',
            'scheduled_mw',
            'limit_forward_mw',
            'limit_reverse_mw',
            'losses_mw'
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
    interface,
    from_location,
    to_location,
    flow_mw,
    scheduled_mw,
    limit_forward_mw,
    limit_reverse_mw,
    losses_mw,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    is_latest,
    _fetched_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
