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
    outage_kind,
    outage_mw,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_outage_intervals_revisions') }}
where is_latest
