{{ config(alias='zone_actuals') }}

select
    iso,
    location as zone,
    'LOAD' as quantity,
    interval_start,
    interval_end,
    market_date,
    load_mw as actual_mw,
    published_at,
    -- a later measurement does not change when the hour was first known
    min(coalesce(published_at, _fetched_at)) over (
        partition by iso, location, market_date, interval_start
    ) as first_published_at,
    file_id,
    _built_at
from {{ ref('fct_load_intervals_revisions') }}
where iso = 'ERCOT' and load_kind = 'ACTUAL' and location_type = 'WEATHER_ZONE'
qualify is_latest

union all

select
    iso,
    location as zone,
    fuel as quantity,
    interval_start,
    interval_end,
    market_date,
    generation_mw as actual_mw,
    published_at,
    min(coalesce(published_at, _fetched_at)) over (
        partition by iso, location, fuel, market_date, interval_start
    ) as first_published_at,
    file_id,
    _built_at
from {{ ref('fct_generation_intervals_revisions') }}
where
    iso = 'ERCOT'
    and generation_kind = 'HOURLY_MEAN'
    and location_type = 'RENEWABLE_REGION'
    and fuel in ('WIND', 'SOLAR')
    -- load zones are sums of regions
    and not starts_with(location, 'LZ_')
qualify is_latest

union all

-- No file says what was out of service: the last issue made within the hour comes nearest.
(
    select
        iso,
        location as zone,
        'OUTAGE' as quantity,
        interval_start,
        interval_end,
        market_date,
        outage_mw as actual_mw,
        published_at,
        issued_at as first_published_at,
        file_id,
        _built_at
    from {{ ref('fct_outage_intervals') }}
    where
        iso = 'ERCOT'
        and outage_kind = 'RESOURCE'
        and location_type = 'FORECAST_ZONE'
        and issued_at >= interval_start
        and issued_at < interval_end
    qualify
        row_number() over (
            partition by iso, location, market_date, interval_start order by issued_at desc
        ) = 1
)
