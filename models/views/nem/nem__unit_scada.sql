{{ config(alias='unit_scada') }}
{%- set zone = 'Australia/Brisbane' %}

select
    resource as duid,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    output_mw as scadavalue,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_resource_output_intervals') }}
where iso = 'NEM'
