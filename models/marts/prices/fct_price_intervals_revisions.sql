{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    {{ revisions(
        touched_rows(ref('int_prices__unioned'), landed_date='run_date'),
        key=[
            'iso',
            'market',
            'location',
            'location_type',
            'interval_start'
        ],
        values=[
            'price',
            'energy_price',
            'congestion_price',
            'loss_price',
            'ghg_price',
            'adder_price',
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
    price,
    energy_price,
    congestion_price,
    loss_price,
    ghg_price,
    adder_price,
    currency,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    is_latest,
    _fetched_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
