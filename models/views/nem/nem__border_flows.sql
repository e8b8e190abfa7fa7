{{ config(alias='border_flows') }}
{%- set zone = 'Australia/Brisbane' %}

select
    from_location as regionfrom,
    to_location as regionto,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    market as flow_type,
    flow_mw as meteredmwflow,
    scheduled_mw as mwflow,
    losses_mw as mwlosses,
    limit_forward_mw as exportlimit,
    limit_reverse_mw as importlimit,
    energy_mwh as mwh,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_border_intervals') }}
where iso = 'NEM'
