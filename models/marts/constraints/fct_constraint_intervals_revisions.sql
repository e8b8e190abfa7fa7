{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    {{ revisions(
        touched_rows(ref('int_constraints__unioned')),
        key=[
            'iso',
            'market',
            'constraint_name',
            'contingency_name',
            'from_station',
            'to_station',
            'interval_start'
        ],
        values=[
            'from_station_kv',
            'to_station_kv',
            'shadow_price',
            'max_shadow_price',
            'limit_mw',
            'flow_mw',
            'violation_mw',
            'is_competitive',
            'constraint_id'
        ]
    ) }}
)

select
    iso,
    market,
    cast(null as text) as location,
    cast(null as text) as location_type,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    constraint_name,
    contingency_name,
    from_station,
    to_station,
    from_station_kv,
    to_station_kv,
    shadow_price,
    max_shadow_price,
    limit_mw,
    flow_mw,
    violation_mw,
    is_competitive,
    constraint_id,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    is_latest,
    _fetched_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
