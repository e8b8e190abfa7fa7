with dam as (
    select
        iso,
        market,
        location,
        location_type,
        interval_start,
        interval_end,
        market_date,
        price,
        original_price,
        currency,
        corrected_at,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__dam_settlement_point_price_corrections') }}
),

rt15m as (
    select
        iso,
        market,
        location,
        location_type,
        interval_start,
        interval_end,
        market_date,
        price,
        original_price,
        currency,
        corrected_at,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__rt_settlement_point_price_corrections') }}
),

unioned as (
    select * from dam
    union all by name
    select * from rt15m
)

select *
from unioned
where {{ has_instant('interval_start') }}
