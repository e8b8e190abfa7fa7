{{ config(alias='unit_curtailment') }}
{%- set zone = 'Australia/Brisbane' %}

select
    resource as duid,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    uigf_mw as uigf,
    availability_mw as availability,
    total_cleared_mw as totalcleared,
    is_capped as semidispatchcap,
    curtailment_mw as curtailment,
    self_curtailment_mw as self_curtailment,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_unit_curtailment_intervals') }}
where iso = 'NEM'
