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
    interface,
    from_location,
    to_location,
    flow_mw,
    scheduled_mw,
    limit_forward_mw,
    limit_reverse_mw,
    losses_mw,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_interchange_intervals_revisions') }}
where is_latest
