{{ config(alias='constraint_solutions') }}
{%- set zone = 'Australia/Brisbane' %}

select
    constraint_name as constraintid,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    limit_mw as rhs,
    flow_mw as lhs,
    shadow_price as marginalvalue,
    violation_mw as violationdegree,
    published_at,
    revision,
    file_id,
    _built_at
from {{ ref('fct_constraint_intervals') }}
where iso = 'NEM'
