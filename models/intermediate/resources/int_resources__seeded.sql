-- What our seeds say of units: an old code is known although no list on file names it any more.
with roles as (
    select * from {{ ref('nem_unit_roles') }}
),

fuel_techs as (
    select * from {{ ref('fuel_techs') }}
),

replaced as (
    select * from {{ ref('resource_successors') }}
),

replacements as (
    select
        replaced.iso,
        replaced.successor as resource,
        case when bool_and(replaced.part in ('CHARGE', 'DISCHARGE')) then 'BATTERY' end
            as implied_fuel_tech,
        case when count(distinct roles.region) = 1 then min(roles.region) end as region,
        min(replaced.valid_from) as valid_from
    from replaced
    left join roles on replaced.iso = roles.iso and replaced.resource = roles.resource
    group by
        replaced.iso,
        replaced.successor
),

codes as (
    {% for source in ['roles', 'replaced', 'replacements'] -%}
    select
        iso,
        resource
    from {{ source }}
    {{ 'union' if not loop.last }}
    {% endfor %}
)

select
    codes.iso,
    codes.resource,
    roles.fuel_tech,
    replacements.implied_fuel_tech,
    coalesce(roles.region, replacements.region) as region,
    case
        when fuel_techs.is_consumption then 'LOAD'
        when roles.fuel_tech is not null then 'GENERATOR'
        when replacements.implied_fuel_tech = 'BATTERY' then 'BIDIRECTIONAL'
    end as dispatch_type,
    replaced.successor,
    coalesce(replaced.successor, codes.resource) as storage_unit,
    replacements.valid_from,
    replaced.valid_from as valid_to
from codes
left join roles on codes.iso = roles.iso and codes.resource = roles.resource
left join fuel_techs on roles.fuel_tech = fuel_techs.fuel_tech
left join replaced on codes.iso = replaced.iso and codes.resource = replaced.resource
left join replacements
    on codes.iso = replacements.iso and codes.resource = replacements.resource
