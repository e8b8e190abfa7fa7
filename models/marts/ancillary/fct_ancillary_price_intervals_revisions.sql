{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    {{ revisions(
        touched_rows(ref('int_ancillary__unioned'), landed_date='run_date'),
        key=[
            'iso',
            'market',
            'location',
            'location_type',
            'operator_product',
            'interval_start'
        ],
        values=[
            'price',
            'price_uncapped',
            'quantity_mw',
            'currency'
        ]
    ) }}
)

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
    _published_at as published_at,
    revision,
    _file_id as file_id,
    is_latest,
    _fetched_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
