-- Groups of which records are kept, and the fuel technologies in each.
with fuel_techs as (
    select * from {{ ref('fuel_techs') }}
    where is_supply
)

select
    fuel_techs.fuel_tech,
    groups.fueltech_id
from fuel_techs
inner join {{ ref('record_groups') }} as groups
    on lower(fuel_techs.fuel_group) = groups.fueltech_id
union all
select
    fuel_tech,
    'renewables' as fueltech_id
from fuel_techs
where is_renewable
union all
select
    fuel_tech,
    'fossils' as fueltech_id
from fuel_techs
where not is_renewable and not is_storage and not is_emission_free
union all
-- all generation: what batteries give is in it, what they and pumps take is not
select
    fuel_tech,
    '' as fueltech_id
from fuel_techs
where not is_storage or fuel_tech = 'BATTERY_DISCHARGING'
