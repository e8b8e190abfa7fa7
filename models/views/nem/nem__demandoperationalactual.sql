{{ config(alias='demandoperationalactual') }}
{%- set zone = 'Australia/Brisbane' %}

select
    location as regionid,
    {{ local_text('interval_end', zone) }} as interval_datetime,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    load_mw as operational_demand,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_load_intervals') }}
where
    iso = 'NEM'
    and load_kind in ('OPERATIONAL', 'OPERATIONAL_HALF_HOUR')
