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
    technology,
    forecast_kind,
    generation_mw,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_renewable_forecast_intervals_revisions') }}
where is_latest
