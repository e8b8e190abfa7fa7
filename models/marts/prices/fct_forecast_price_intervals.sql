{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

-- A run comes in a report and a monthly file, and a month has all its runs in one.
with published as (
    {{ revisions(
        touched_rows(ref('int_prices__forecasts')),
        key=['iso', 'market', 'location', 'issued_at', 'interval_start'],
        values=[
            'price',
            'raise1sec_price',
            'raise6sec_price',
            'raise60sec_price',
            'raise5min_price',
            'raisereg_price',
            'lower1sec_price',
            'lower6sec_price',
            'lower60sec_price',
            'lower5min_price',
            'lowerreg_price'
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
    issued_at,
    price,
    raise1sec_price,
    raise6sec_price,
    raise60sec_price,
    raise5min_price,
    raisereg_price,
    lower1sec_price,
    lower6sec_price,
    lower60sec_price,
    lower5min_price,
    lowerreg_price,
    currency,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
where is_latest
