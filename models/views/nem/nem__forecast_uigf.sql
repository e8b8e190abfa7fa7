{{ config(alias='forecast_uigf') }}
{%- set zone = 'Australia/Brisbane' %}

select
    location as regionid,
    issued_at,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    max(generation_mw) filter (where technology = 'SOLAR') as ss_solar_uigf,
    max(generation_mw) filter (where technology = 'WIND') as ss_wind_uigf,
    max(published_at) as published_at,
    max(_built_at) as _built_at
from {{ ref('fct_renewable_forecast_intervals') }}
where
    iso = 'NEM'
    and forecast_kind = 'UIGF'
group by all
