with groups as (
    select
        mart,
        iso,
        market,
        location_group,
        market_date,
        -- A series that is lost is missed for the next seven days with data; one that ended for
        -- good is forgotten after that.
        cast(max(sum(series_count)) over (
            partition by mart, iso, market, location_group
            order by market_date
            rows between 7 preceding and current row
        ) as integer) as series_count,
        cast(sum(interval_count) as integer) as interval_count
    from {{ ref('rpt_interval_counts_daily') }}
    group by mart, iso, market, location_group, market_date
),

spines as (
    select * from {{ ref('interval_spines') }}
),

isos as (
    select * from {{ ref('isos') }}
),

-- Every market day from the first to the last that has a row, so that a day without any shows.
days as (
    select
        mart,
        iso,
        market,
        location_group,
        cast(unnest(
            generate_series(min(market_date), max(market_date), interval 1 day)
        ) as date) as market_date
    from groups
    group by all
),

-- What has no spine is published when something happens, and cannot be incomplete.
expected as (
    select
        days.*,
        max(spines.least_series) as least_series,
        sum(
            coalesce(
                spines.minutes, {{ market_day_minutes('days.market_date', 'isos.time_zone') }}
            ) // spines.interval_minutes
        ) as intervals_per_series
    from days
    inner join isos on days.iso = isos.iso
    inner join spines
        on
            days.mart = spines.mart
            and days.iso = spines.iso
            and coalesce(days.market, '') = coalesce(spines.market, '')
            and (spines.location_group is null or days.location_group = spines.location_group)
            and (spines.valid_from is null or days.market_date >= spines.valid_from)
            and (spines.valid_to is null or days.market_date <= spines.valid_to)
    group by all
),

spined as (
    select
        expected.mart,
        expected.iso,
        expected.market,
        expected.location_group,
        expected.market_date,
        -- A day without data misses what the last day with data had, and one with fewer series
        -- than the market is known to have is not complete either.
        greatest(
            last_value(groups.series_count ignore nulls) over (
                partition by
                    expected.mart, expected.iso, expected.market, expected.location_group
                order by expected.market_date
            ),
            expected.least_series
        ) as series_count,
        coalesce(groups.interval_count, 0) as interval_count,
        expected.intervals_per_series
    from expected
    left join groups
        on
            expected.mart = groups.mart
            and expected.iso = groups.iso
            and coalesce(expected.market, '') = coalesce(groups.market, '')
            and expected.location_group = groups.location_group
            and expected.market_date = groups.market_date
)

select
    iso,
    market,
    mart,
    location_group,
    market_date,
    series_count,
    cast(series_count * intervals_per_series as integer) as expected_interval_count,
    interval_count,
    cast(greatest(series_count * intervals_per_series - interval_count, 0) as integer)
        as missing_interval_count,
    interval_count >= series_count * intervals_per_series as is_complete
from spined
