{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

-- A day comes in a daily and a monthly file, and a file may repeat a row.
with published as (
    {{ revisions(
        touched_rows(ref('int_prices__local_adjustments')),
        key=['iso', 'resource', 'interval_start'],
        values=[
            'local_price_adjustment',
            'locally_constrained'
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
    local_price_adjustment,
    locally_constrained,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
where is_latest
