{{ config(alias='dart_spread') }}

select
    prices.location,
    prices.location_type,
    prices.interval_start,
    prices.interval_end,
    prices.market_date,
    hours.interval_start as hour_start,
    prices.price as real_time_price,
    hours.day_ahead_price,
    prices.price - hours.day_ahead_price as spread,
    hours.real_time_price as hour_real_time_price,
    hours.real_time_count as hour_real_time_count,
    hours.spread as hour_spread,
    prices.currency,
    prices.published_at,
    prices.file_id,
    -- computed anew whenever a price of its hour is
    hours._built_at
from {{ ref('fct_price_intervals') }} as prices
inner join {{ ref('fct_dart_spread_intervals') }} as hours
    on
        prices.iso = hours.iso
        and prices.market_date = hours.market_date
        and prices.location = hours.location
        and prices.location_type = hours.location_type
        and time_bucket(interval 1 hour, prices.interval_start) = hours.interval_start
where prices.iso = 'ERCOT' and prices.market = 'RT15M'
