{{ config(alias='operational_demand') }}
{%- set zone = 'Australia/Perth' %}

select
    {{ local_text('interval_start', zone) }} as dispatch_interval,
    interval_start,
    interval_end,
    market_date,
    load_mw as operational_demand,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_load_intervals') }}
where
    iso = 'WEM'
    and load_kind = 'OPERATIONAL'
