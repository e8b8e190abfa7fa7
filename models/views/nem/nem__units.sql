{{ config(alias='units') }}

select
    resource as duid,
    name as stationname,
    station_id as stationid,
    owner as participantid,
    region as regionid,
    dispatch_type as dispatchtype,
    schedule_type,
    fuel as fuel_source,
    technology as technology_type,
    fuel_tech,
    fuel_group,
    capacity_mw as registeredcapacity,
    max_capacity_mw as maxcapacity,
    storage_mwh as maxstoragecapacity,
    connection_point_id as connectionpointid,
    transmission_loss_factor as transmissionlossfactor,
    distribution_loss_factor,
    emission_factor as co2e_emissions_factor,
    successor,
    storage_unit,
    valid_from as start_date,
    valid_to as end_date,
    source
from {{ ref('dim_resource') }}
where iso = 'NEM'
