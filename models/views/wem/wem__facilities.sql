{{ config(alias='facilities') }}

select
    resource as code,
    name,
    fuel_tech,
    fuel_group,
    capacity_mw as capacity,
    storage_mwh as maxstoragecapacity,
    emission_factor as co2e_emissions_factor,
    source
from {{ ref('dim_resource') }}
where iso = 'WEM'
