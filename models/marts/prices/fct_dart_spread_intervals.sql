{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with prices as (
    select * from {{ rebuilt_rows(ref('fct_price_intervals_revisions')) }}
    where is_latest and iso = 'ERCOT' and market in ('DAM', 'RT15M')
),

real_time as (
    select
        iso,
        market_date,
        location,
        location_type,
        time_bucket(interval 1 hour, interval_start) as interval_start,
        -- decimals: two builds of the same rows must agree to the last digit
        cast(avg(cast(price as decimal(18, 6))) as double) as real_time_price,
        cast(count(price) as integer) as real_time_count,
        max(published_at) as published_at
    from prices
    where market = 'RT15M'
    group by all
),

day_ahead as (
    select
        iso,
        market_date,
        location,
        location_type,
        interval_start,
        price as day_ahead_price,
        published_at
    from prices
    where market = 'DAM'
),

-- Real time prices a load zone twice under one code, once weighted by energy. Day ahead there is
-- one price for both.
weighted as (
    select distinct
        iso,
        market_date,
        location,
        location_type
    from real_time
    where ends_with(location_type, '_EW')
),

kinds as (
    select
        *,
        location_type as settled_as
    from day_ahead
    union all
    select
        day_ahead.*,
        weighted.location_type as settled_as
    from day_ahead
    inner join weighted
        on
            day_ahead.iso = weighted.iso
            and day_ahead.market_date = weighted.market_date
            and day_ahead.location = weighted.location
            and day_ahead.location_type || '_EW' = weighted.location_type
),

hours as (
    select
        coalesce(kinds.iso, real_time.iso) as iso,
        coalesce(kinds.market_date, real_time.market_date) as market_date,
        coalesce(kinds.location, real_time.location) as location,
        coalesce(kinds.settled_as, real_time.location_type) as location_type,
        coalesce(kinds.interval_start, real_time.interval_start) as interval_start,
        kinds.day_ahead_price,
        real_time.real_time_price,
        coalesce(real_time.real_time_count, 0) as real_time_count,
        greatest(kinds.published_at, real_time.published_at) as published_at
    from kinds
    full outer join real_time
        on
            kinds.iso = real_time.iso
            and kinds.market_date = real_time.market_date
            and kinds.location = real_time.location
            and kinds.settled_as = real_time.location_type
            and kinds.interval_start = real_time.interval_start
)

select
    iso,
    location,
    location_type,
    interval_start,
    {{ add_minutes('interval_start', 60) }} as interval_end,
    60 as interval_minutes,
    market_date,
    day_ahead_price,
    real_time_price,
    real_time_count,
    case when real_time_count = 4 then real_time_price - day_ahead_price end as spread,
    'USD' as currency,
    published_at,
    {{ built_at() }} as _built_at
from hours
