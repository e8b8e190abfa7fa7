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
    trading_date,
    rooftop_type,
    power_mw,
    energy_mwh,
    quality,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_rooftop_intervals_revisions') }}
where is_latest
