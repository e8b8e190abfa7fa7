{{ config(alias='rooftop_pv_forecast') }}
{%- set zone = 'Australia/Brisbane' %}

select
    location as regionid,
    {{ local_text('issued_at', zone) }} as version_datetime,
    issued_at,
    {{ local_text('interval_end', zone) }} as interval_datetime,
    interval_start,
    interval_end,
    market_date,
    max(generation_mw) filter (where forecast_kind = 'POWERMEAN') as powermean,
    max(generation_mw) filter (where forecast_kind = 'POWERPOE50') as powerpoe50,
    max(generation_mw) filter (where forecast_kind = 'POWERPOELOW') as powerpoelow,
    max(generation_mw) filter (where forecast_kind = 'POWERPOEHIGH') as powerpoehigh,
    max(published_at) as published_at,
    max(_built_at) as _built_at
from {{ ref('fct_renewable_forecast_intervals') }}
where
    iso = 'NEM'
    and technology = 'SOLAR_ROOFTOP'
group by all
