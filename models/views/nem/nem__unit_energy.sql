{{ config(alias='unit_energy') }}
{%- set zone = 'Australia/Brisbane' %}

select
    resource as duid,
    location as regionid,
    fuel_tech,
    {{ local_text('interval_end', zone) }} as settlementdate,
    interval_start,
    interval_end,
    market_date,
    trading_date,
    output_mw as initialmw,
    energy_mwh,
    energy_openelectricity_mwh,
    energy_basis,
    price as rrp,
    market_value,
    emission_factor as co2e_emissions_factor,
    emissions_t,
    source,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_resource_intervals') }}
where iso = 'NEM'
