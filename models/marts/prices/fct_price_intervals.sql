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
    price,
    energy_price,
    congestion_price,
    loss_price,
    ghg_price,
    adder_price,
    currency,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_price_intervals_revisions') }}
where is_latest
