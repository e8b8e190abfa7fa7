{{ config(alias='binding_constraints') }}
{%- set zone = 'America/Chicago' %}

select
    market,
    constraint_name,
    contingency_name,
    from_station,
    to_station,
    from_station_kv,
    to_station_kv,
    market_date as delivery_date,
    {{ local_text('interval_start', zone) }} as local_interval_start,
    interval_start,
    interval_end,
    shadow_price,
    max_shadow_price,
    limit_mw as constraint_limit_mw,
    flow_mw as constraint_value_mw,
    violation_mw as violated_mw,
    shadow_price <> 0 as is_binding,
    is_competitive,
    constraint_id,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_constraint_intervals') }}
where iso = 'ERCOT'
