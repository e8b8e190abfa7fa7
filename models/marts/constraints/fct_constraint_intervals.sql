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
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_constraint_intervals_revisions') }}
where is_latest
