{{ config(alias='facility_scada') }}
{%- set zone = 'Australia/Perth' %}

select
    resource as code,
    {{ local_text('interval_start', zone) }} as dispatch_interval,
    interval_start,
    interval_end,
    market_date,
    energy_mwh as quantity,
    output_mw as average_mw,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_resource_output_intervals') }}
where iso = 'WEM'
