{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with intervals as (
    select * from {{ rebuilt_rows(ref('fct_price_intervals_revisions')) }}
    where is_latest
),

isos as (
    select * from {{ ref('isos') }}
),

peak_definitions as (
    select * from {{ ref('peak_definitions') }}
),

holidays as (
    select * from {{ ref('holidays') }}
),

spines as (
    select * from {{ ref('interval_spines') }}
    where mart = 'fct_price_intervals'
),

-- Clock and calendar are asked once for each instant and day, not for each price.
instants as (
    select distinct
        iso,
        market_date,
        interval_start
    from intervals
),

clocked as (
    select
        instants.iso,
        instants.market_date,
        instants.interval_start,
        hour(timezone(isos.time_zone, instants.interval_start)) >= peak_definitions.start_hour
        and hour(timezone(isos.time_zone, instants.interval_start)) < peak_definitions.end_hour
        and isodow(instants.market_date) >= peak_definitions.first_weekday
        and isodow(instants.market_date) <= peak_definitions.last_weekday
        and holidays.holiday_date is null as is_peak
    from instants
    inner join isos on instants.iso = isos.iso
    inner join peak_definitions on instants.iso = peak_definitions.iso
    left join holidays
        on
            peak_definitions.holiday_calendar = holidays.calendar
            and instants.market_date = holidays.holiday_date
),

market_days as (
    select distinct
        iso,
        market_date
    from instants
),

days as (
    select
        market_days.iso,
        market_days.market_date,
        {{ market_day_minutes('market_days.market_date', 'isos.time_zone') }} as day_minutes
    from market_days
    inner join isos on market_days.iso = isos.iso
),

weighted as (
    select
        intervals.iso,
        intervals.market,
        intervals.location,
        intervals.location_type,
        intervals.market_date,
        intervals.currency,
        intervals.price,
        clocked.is_peak,
        {{ seconds_between('intervals.interval_start', 'intervals.interval_end') }} as seconds,
        -- decimals add up to the same sum in any order, doubles do not
        cast(intervals.price as decimal(18, 6)) * seconds as weighted_price,
        spines.interval_minutes as slot_minutes,
        case
            when intervals.price is null then 0
            when spines.interval_minutes is null then 1
            else {{ slots_covered(
                'intervals.interval_start', 'intervals.interval_end', 'spines.interval_minutes'
            ) }}
        end as slots,
        coalesce(intervals.published_at, intervals._fetched_at) as known_at
    from intervals
    left join clocked
        on
            intervals.iso = clocked.iso
            and intervals.market_date = clocked.market_date
            and intervals.interval_start = clocked.interval_start
    -- a market without a spine (ERCOT's look-ahead, RTD) has no expected count, so no gaps either
    left join spines
        on
            intervals.iso = spines.iso
            and intervals.market = spines.market
            and (spines.valid_from is null or intervals.market_date >= spines.valid_from)
            and (spines.valid_to is null or intervals.market_date <= spines.valid_to)
),

daily as (
    select
        iso,
        market,
        location,
        location_type,
        market_date,
        cast(sum(slots) as integer) as interval_count,
        min(slot_minutes) as slot_minutes,
        max(known_at) as newest_at,
        cast(sum(weighted_price) as double) / sum(seconds) filter (where price is not null)
            as average_price,
        cast(sum(weighted_price) filter (where is_peak) as double)
        / sum(seconds) filter (where is_peak and price is not null) as peak_price,
        cast(sum(weighted_price) filter (where not is_peak) as double)
        / sum(seconds) filter (where not is_peak and price is not null) as off_peak_price,
        min(price) as min_price,
        max(price) as max_price,
        cast(count(*) filter (where price < 0) as integer) as negative_interval_count,
        min(currency) as currency
    from weighted
    group by all
)

select
    daily.iso,
    daily.market,
    daily.location,
    daily.location_type,
    daily.market_date,
    daily.interval_count,
    days.day_minutes // daily.slot_minutes as expected_interval_count,
    case
        when daily.slot_minutes is not null
            then least(daily.interval_count / (days.day_minutes // daily.slot_minutes), 1)
    end as completeness,
    daily.interval_count * cast(1000000000 as bigint) + epoch_us(daily.newest_at) // 1000000
        as day_version,
    daily.average_price,
    daily.peak_price,
    daily.off_peak_price,
    daily.min_price,
    daily.max_price,
    daily.negative_interval_count,
    daily.currency,
    {{ built_at() }} as _built_at
from daily
left join days
    on
        daily.iso = days.iso
        and daily.market_date = days.market_date
