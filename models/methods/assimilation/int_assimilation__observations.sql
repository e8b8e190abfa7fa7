{{ config(materialized='view', schema='intermediate') }}
{#- A forecast that comes later than this before the hour was not known when the hour was to be
    forecast. -#}
{%- set lead = "interval '1 hour'" %}

with known as (
    select
        iso,
        zone,
        quantity,
        market_date,
        interval_start,
        any_value(interval_end) as interval_end,
        arg_max(forecast_mw, issued_at) as forecast_mw,
        max(issued_at) as forecast_issued_at
    from {{ ref('features__zone_forecasts') }}
    where issued_at <= interval_start - {{ lead }}
    group by
        iso,
        zone,
        quantity,
        market_date,
        interval_start
)

select
    coalesce(actuals.iso, known.iso) as iso,
    coalesce(actuals.zone, known.zone) as zone,
    coalesce(actuals.quantity, known.quantity) as quantity,
    coalesce(actuals.market_date, known.market_date) as market_date,
    coalesce(actuals.interval_start, known.interval_start) as interval_start,
    epoch(
        coalesce(actuals.interval_end, known.interval_end)
        - coalesce(actuals.interval_start, known.interval_start)
    ) / 3600 as interval_hours,
    actuals.actual_mw,
    actuals.first_published_at as published_at,
    cast(null as double) as capacity_mw,
    known.forecast_mw,
    known.forecast_issued_at
from {{ ref('features__zone_actuals') }} as actuals
full join known
    on
        actuals.iso = known.iso
        and actuals.zone = known.zone
        and actuals.quantity = known.quantity
        and actuals.market_date = known.market_date
        and actuals.interval_start = known.interval_start
