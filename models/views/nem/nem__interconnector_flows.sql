{{ config(alias='interconnector_flows') }}
{%- set zone = 'Australia/Brisbane' %}

select
    case market when 'RT5M' then 'DISPATCH' else market end as flow_type,
    interface as interconnectorid,
    from_location as regionfrom,
    to_location as regionto,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    flow_mw as meteredmwflow,
    scheduled_mw as mwflow,
    losses_mw as mwlosses,
    limit_forward_mw as exportlimit,
    limit_reverse_mw as importlimit,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_interchange_intervals') }}
where iso = 'NEM'
