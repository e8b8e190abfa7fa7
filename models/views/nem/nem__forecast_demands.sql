{{ config(alias='forecast_demands') }}
{%- set zone = 'Australia/Brisbane' %}

select
    location as regionid,
    model as market,
    issued_at,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    load_mw as totaldemand,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_load_forecast_intervals') }}
where
    iso = 'NEM'
    and model in ('PREDISPATCH', 'P5MIN')
