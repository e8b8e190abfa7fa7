-- Dated by the register where it is on file; a unit that stands in a list or a seed alone has one
-- row, without dates unless the seed tells one. Its technology is from the first that tells one of
-- these: our seed, the registration list, the list of emission factors, a battery's former codes.
-- A load that none of them knows is just that.
with dated as (
    select * from {{ ref('int_resources__dated') }}
),

listed as (
    select * from {{ ref('int_resources__listed') }}
),

factors as (
    select * from {{ ref('int_resources__emission_factors') }}
),

demand_response as (
    select
        iso,
        resource,
        arg_max(station_name, row(_loaded_at, _file_id, _row_number)) as station_name,
        arg_max(participant, row(_loaded_at, _file_id, _row_number)) as participant,
        arg_max(region, row(_loaded_at, _file_id, _row_number)) as region,
        arg_max(max_response_mw, row(_loaded_at, _file_id, _row_number)) as max_response_mw
    from {{ ref('stg_nem__registered_demand_response_units') }}
    where resource is not null
    group by
        iso,
        resource
),

stations as (
    select
        iso,
        station_id,
        arg_max(station_name, row(_loaded_at, _file_id, _row_number)) as station_name
    from {{ ref('stg_nem__stations') }}
    group by
        iso,
        station_id
),

seeded as (
    select * from {{ ref('int_resources__seeded') }}
),

words as (
    select * from {{ ref('nem_fuel_words') }}
),

fuel_techs as (
    select * from {{ ref('fuel_techs') }}
),

codes as (
    {% for source in ['dated', 'listed', 'factors', 'demand_response', 'seeded'] -%}
    select
        iso,
        resource
    from {{ source }}
    {{ 'union' if not loop.last }}
    {% endfor %}
),

named as (
    select
        codes.iso,
        codes.resource,
        case when dated.resource is null then seeded.valid_from else dated.valid_from end
            as valid_from,
        case when dated.resource is null then seeded.valid_to else dated.valid_to end as valid_to,
        coalesce(
            stations.station_name, listed.station_name,
            demand_response.station_name, factors.station_name
        ) as name,
        coalesce(dated.participant_id, listed.participant, demand_response.participant) as owner,
        coalesce(
            dated.region, listed.region, demand_response.region, factors.region, seeded.region
        ) as region,
        dated.station_id,
        dated.connection_point_id,
        coalesce(
            dated.dispatch_type,
            listed.dispatch_type,
            case when demand_response.resource is not null then 'DEMAND_RESPONSE' end,
            seeded.dispatch_type
        ) as dispatch_type,
        coalesce(dated.schedule_type, listed.schedule_type) as schedule_type,
        coalesce(listed.fuel_descriptor, factors.energy_source) as fuel,
        listed.technology_descriptor as technology,
        case
            when seeded.fuel_tech is not null then seeded.fuel_tech
            when registered_words.fuel_tech is not null then registered_words.fuel_tech
            when
                demand_response.resource is not null
                or dated.dispatch_type = 'DEMAND_RESPONSE'
                then 'AGGREGATOR_DR'
            -- a station's own load stands in the list of emission factors under the station's fuel
            when
                coalesce(dated.dispatch_type, 'GENERATOR') = 'GENERATOR'
                and factor_words.fuel_tech is not null
                then factor_words.fuel_tech
            when seeded.implied_fuel_tech is not null then seeded.implied_fuel_tech
            when coalesce(dated.dispatch_type, listed.dispatch_type) = 'LOAD' then 'LOAD'
        end as fuel_tech,
        case
            when seeded.fuel_tech is not null then 'SEED'
            when registered_words.fuel_tech is not null or demand_response.resource is not null
                then 'REGISTRATION'
            when
                factor_words.fuel_tech is not null
                and coalesce(dated.dispatch_type, 'GENERATOR') = 'GENERATOR'
                then 'CDEII'
            when seeded.implied_fuel_tech is not null then 'SEED'
            when dated.dispatch_type = 'LOAD' then 'REGISTER'
            when listed.dispatch_type = 'LOAD' then 'REGISTRATION'
        end as fuel_source,
        coalesce(
            dated.registered_capacity_mw,
            listed.registered_capacity_mw,
            demand_response.max_response_mw
        ) as capacity_mw,
        coalesce(dated.max_capacity_mw, listed.max_capacity_mw) as max_capacity_mw,
        coalesce(dated.storage_mwh, listed.storage_mwh) as storage_mwh,
        dated.transmission_loss_factor,
        dated.distribution_loss_factor,
        factors.emission_factor,
        case
            when factors.is_mean then 'CDEII_MEAN'
            when factors.emission_factor is not null then 'CDEII'
        end as emission_factor_basis,
        case
            when dated.resource is not null then 'REGISTER'
            when
                listed.resource is not null or demand_response.resource is not null
                then 'REGISTRATION'
            when factors.resource is not null then 'CDEII'
            else 'SEED'
        end as source,
        seeded.successor,
        coalesce(seeded.storage_unit, codes.resource) as storage_unit
    from codes
    left join dated on codes.iso = dated.iso and codes.resource = dated.resource
    left join listed on codes.iso = listed.iso and codes.resource = listed.resource
    left join factors on codes.iso = factors.iso and codes.resource = factors.resource
    left join demand_response
        on
            codes.iso = demand_response.iso
            and codes.resource = demand_response.resource
    left join stations on dated.iso = stations.iso and dated.station_id = stations.station_id
    left join seeded on codes.iso = seeded.iso and codes.resource = seeded.resource
    left join words as registered_words
        on
            registered_words.list = 'REGISTRATION'
            and lower(listed.fuel_primary) = registered_words.fuel_primary
            and lower(listed.fuel_descriptor) = registered_words.fuel_descriptor
            and lower(listed.technology_descriptor) = registered_words.technology_descriptor
            and listed.dispatch_type = registered_words.dispatch_type
    left join words as factor_words
        on
            factor_words.list = 'CDEII'
            and factors.energy_source = factor_words.fuel_descriptor
)

select
    named.* replace (
        case
            when named.emission_factor is not null then named.emission_factor
            when fuel_techs.is_emission_free then 0
        end as emission_factor,
        case
            when named.emission_factor_basis is not null then named.emission_factor_basis
            when fuel_techs.is_emission_free then 'FUEL'
        end as emission_factor_basis
    ),
    fuel_techs.fuel_group
from named
left join fuel_techs on named.fuel_tech = fuel_techs.fuel_tech
