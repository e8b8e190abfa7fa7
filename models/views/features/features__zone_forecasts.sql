{{ config(alias='zone_forecasts') }}
{#- How far ahead all of them: what the assimilation forecasts itself, and an hour for the issue's
    delay. -#}
{%- set is_near = "issued_at >= interval_start - interval '7 hours'" -%}

with issued as (
    select
        iso,
        location as zone,
        'LOAD' as quantity,
        issued_at,
        interval_start,
        interval_end,
        market_date,
        load_mw as forecast_mw,
        file_id,
        _built_at
    from {{ ref('fct_load_forecast_intervals') }}
    where
        iso = 'ERCOT'
        and location_type = 'WEATHER_ZONE'
        -- products without models carry the forecast in use
        and coalesce(is_in_use, true)
        and issued_at < interval_start
    -- two products print the forecast in use
    qualify
        row_number() over (
            partition by iso, location, market_date, interval_start, issued_at order by model
        ) = 1

    union all

    select
        iso,
        location as zone,
        technology as quantity,
        issued_at,
        interval_start,
        interval_end,
        market_date,
        generation_mw as forecast_mw,
        file_id,
        _built_at
    from {{ ref('fct_renewable_forecast_intervals') }}
    where
        iso = 'ERCOT'
        and location_type = 'RENEWABLE_REGION'
        and not starts_with(location, 'LZ_')
        -- what is expected; the others are cautious, or plans of the owners
        and forecast_kind in ('STWPF', 'STPPF')
        and issued_at < interval_start

    union all

    select
        iso,
        location as zone,
        'OUTAGE' as quantity,
        issued_at,
        interval_start,
        interval_end,
        market_date,
        outage_mw as forecast_mw,
        file_id,
        _built_at
    from {{ ref('fct_outage_intervals') }}
    where
        iso = 'ERCOT'
        and outage_kind = 'RESOURCE'
        and location_type = 'FORECAST_ZONE'
        and issued_at < interval_start
)

select
    iso,
    zone,
    quantity,
    issued_at,
    interval_start,
    interval_end,
    market_date,
    forecast_mw,
    file_id,
    _built_at
from issued
-- where postings stop, the last one is what is known
qualify
    {{ is_near }}
    or row_number() over (
        partition by iso, zone, quantity, market_date, interval_start, {{ is_near }}
        order by issued_at desc
    ) = 1
