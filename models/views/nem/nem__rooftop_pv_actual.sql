{{ config(alias='rooftop_pv_actual') }}
{%- set zone = 'Australia/Brisbane' %}

select
    location as regionid,
    rooftop_type as type,
    {{ local_text('interval_end', zone) }} as interval_datetime,
    interval_start,
    interval_end,
    market_date,
    power_mw as power,
    quality as qi,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_rooftop_intervals') }}
where iso = 'NEM'
