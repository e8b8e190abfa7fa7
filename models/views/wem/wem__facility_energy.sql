{{ config(alias='facility_energy') }}
{%- set zone = 'Australia/Perth' %}

select
    resource as code,
    fuel_tech,
    {{ local_text('interval_start', zone) }} as dispatch_interval,
    interval_start,
    interval_end,
    market_date,
    trading_date,
    output_mw as average_mw,
    energy_mwh as quantity,
    price as reference_trading_price,
    market_value,
    emission_factor as co2e_emissions_factor,
    emissions_t,
    source,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_resource_intervals') }}
where iso = 'WEM'
