{{ config(materialized='view') }}

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
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_load_forecast_intervals_revisions') }}
where is_latest
