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
    resource,
    output_mw,
    energy_mwh,
    base_point_mw,
    soc_mwh,
    status,
    measured,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_resource_output_intervals_revisions') }}
where is_latest
