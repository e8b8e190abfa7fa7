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
    product,
    operator_product,
    price,
    price_uncapped,
    quantity_mw,
    currency,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_ancillary_price_intervals_revisions') }}
where is_latest
