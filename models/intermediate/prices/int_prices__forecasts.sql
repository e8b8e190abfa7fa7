with predispatch as (
    select
        iso,
        'PREDISPATCH' as market,
        location,
        'REGION' as location_type,
        interval_start,
        interval_end,
        {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
        market_date,
        {{ nem_predispatch_issued('run_id') }} as issued_at,
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
        'AUD' as currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__predispatch_prices') }}
    where intervention = 0
),

p5min as (
    select
        iso,
        'P5MIN' as market,
        location,
        'REGION' as location_type,
        interval_start,
        interval_end,
        {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
        market_date,
        run_at - interval '5 minutes' as issued_at,
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
        'AUD' as currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__p5min_regions') }}
),

unioned as (
    select * from predispatch
    union all by name
    select * from p5min
)

select * from unioned
where {{ has_instant('interval_start') }} and issued_at is not null and price is not null
