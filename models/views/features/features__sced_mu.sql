{{ config(alias='sced_mu') }}

select
    interval_start as run_at,
    interval_end as run_ends_at,
    market_date,
    constraint_name,
    contingency_name,
    from_station,
    to_station,
    from_station_kv,
    to_station_kv,
    shadow_price,
    max_shadow_price,
    limit_mw,
    flow_mw,
    violation_mw,
    shadow_price <> 0 as is_binding,
    is_competitive,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_constraint_intervals') }}
where iso = 'ERCOT' and market = 'RT5M'
