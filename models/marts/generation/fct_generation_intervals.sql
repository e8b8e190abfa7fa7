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
    fuel,
    operator_fuel,
    generation_kind,
    generation_mw,
    energy_mwh,
    settlement_type,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_generation_intervals_revisions') }}
where is_latest
