with wem_facilities as (
    select
        'WEM' as iso,
        facilities.resource,
        facilities.resource as storage_unit,
        facilities.name,
        'WEM' as region,
        facilities.fuel_tech,
        fuel_techs.fuel_group,
        'SEED' as fuel_source,
        facilities.capacity_mw,
        facilities.storage_mwh,
        case
            when facilities.emission_factor is not null then facilities.emission_factor
            when fuel_techs.is_emission_free then 0
        end as emission_factor,
        case
            when facilities.emission_factor is not null then 'SEED'
            when fuel_techs.is_emission_free then 'FUEL'
        end as emission_factor_basis,
        'SEED' as source
    from {{ ref('wem_facilities') }} as facilities
    left join {{ ref('fuel_techs') }} as fuel_techs on facilities.fuel_tech = fuel_techs.fuel_tech
)

select * from {{ ref('int_resources__units') }}
union all by name
select * from wem_facilities
