{{ config(alias='unit_energy') }}
{%- set zone = 'Australia/Brisbane' %}

with storage_units as (
    select
        resource,
        any_value(storage_unit) as storage_unit
    from {{ ref('dim_resource') }}
    where iso = 'NEM'
    group by resource
)

select
    energies.resource as duid,
    coalesce(storage_units.storage_unit, energies.resource) as storage_unit,
    energies.location as regionid,
    energies.fuel_tech,
    {{ local_text('energies.interval_end', zone) }} as settlementdate,
    energies.interval_start,
    energies.interval_end,
    energies.market_date,
    energies.trading_date,
    energies.output_mw as initialmw,
    energies.energy_mwh,
    energies.energy_openelectricity_mwh,
    energies.energy_basis,
    energies.price as rrp,
    energies.market_value,
    energies.emission_factor as co2e_emissions_factor,
    energies.emissions_t,
    energies.source,
    energies.published_at,
    energies.file_id,
    energies._built_at
from {{ ref('fct_resource_intervals') }} as energies
left join storage_units on energies.resource = storage_units.resource
where energies.iso = 'NEM'
