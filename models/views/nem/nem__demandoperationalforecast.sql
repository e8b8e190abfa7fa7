{{ config(alias='demandoperationalforecast') }}
{%- set zone = 'Australia/Brisbane' %}

select
    location as regionid,
    {{ local_text('issued_at', zone) }} as load_date,
    issued_at,
    {{ local_text('interval_end', zone) }} as interval_datetime,
    interval_start,
    interval_end,
    market_date,
    max(load_mw) filter (where model = 'OPERATIONAL_POE10') as operational_demand_poe10,
    max(load_mw) filter (where model = 'OPERATIONAL_POE50') as operational_demand_poe50,
    max(load_mw) filter (where model = 'OPERATIONAL_POE90') as operational_demand_poe90,
    max(published_at) as published_at,
    max(_built_at) as _built_at
from {{ ref('fct_load_forecast_intervals') }}
where
    iso = 'NEM'
    and model in ('OPERATIONAL_POE10', 'OPERATIONAL_POE50', 'OPERATIONAL_POE90')
group by all
