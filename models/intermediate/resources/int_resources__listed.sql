-- The newest list that names a unit: retired units are dropped from later ones. A unit may stand in
-- two rows of a list, each with the capacity of all of it.
with units as (
    select * from {{ ref('stg_nem__registered_units') }}
    where resource is not null
),

newest as (
    select
        iso,
        resource,
        arg_max(_file_id, row(coalesce(_published_at, _fetched_at), _loaded_at, _file_id))
            as _file_id
    from units
    group by
        iso,
        resource
)

select
    units.iso,
    units.resource,
    arg_min(units.station_name, units._row_number) as station_name,
    arg_min(units.participant, units._row_number) as participant,
    arg_min(units.region, units._row_number) as region,
    case arg_min(units.dispatch_type, units._row_number)
        when 'GENERATING UNIT' then 'GENERATOR'
        when 'BIDIRECTIONAL UNIT' then 'BIDIRECTIONAL'
        else arg_min(units.dispatch_type, units._row_number)
    end as dispatch_type,
    arg_min(units.classification, units._row_number) as schedule_type,
    arg_min(units.fuel_primary, units._row_number) as fuel_primary,
    arg_min(units.fuel_descriptor, units._row_number) as fuel_descriptor,
    arg_min(units.technology_descriptor, units._row_number) as technology_descriptor,
    max(units.registered_capacity_mw) as registered_capacity_mw,
    max(units.max_capacity_mw) as max_capacity_mw,
    max(units.storage_mwh) as storage_mwh
from units
inner join newest
    on
        units.iso = newest.iso
        and units.resource = newest.resource
        and units._file_id = newest._file_id
group by
    units.iso,
    units.resource
