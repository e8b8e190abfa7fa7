{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail',
    pre_hook=[
        "{{ forget_days(rebuilt_days([ref('rpt_fuel_daily'), ref('rpt_region_daily'), "
        "ref('rpt_record_members')])) }}",
        "{{ forget_days_without(ref('rpt_record_members')) }}"
    ]
) }}

{#- What other days mean for a day is in `rpt_record_members`. -#}
{%- set days = rebuilt_days([
    ref('rpt_fuel_daily'), ref('rpt_region_daily'), ref('rpt_record_members')
]) %}

-- Each row counts for its region and, as location '', for the network.
with fuels as (
    select
        * exclude (location),
        unnest([location, '']) as location
    from {{ rows_of(ref('rpt_fuel_daily'), days) }}
    where location is not null
),

regions as (
    select
        * exclude (location),
        unnest([location, '']) as location
    from {{ rows_of(ref('rpt_region_daily'), days) }}
),

members as (
    select * from {{ ref('int_records__members') }}
),

signs as (
    select
        fueltech_id,
        sign
    from {{ ref('record_groups') }}
),

expected as (
    select * from {{ rows_of(ref('rpt_record_members'), days) }}
    where is_closed
),

summed as (
    select
        fuels.iso,
        fuels.location,
        members.fueltech_id,
        fuels.market_date,
        count(*) filter (where fuels.interval_count >= fuels.expected_interval_count)
            as member_count,
        coalesce(bool_and(fuels.min_resource_count = fuels.max_resource_count), true)
            as has_all_resources,
        sum(cast(fuels.energy_mwh as decimal(18, 6))) as energy_mwh,
        sum(cast(fuels.emissions_energy_mwh as decimal(18, 6))) as emissions_energy_mwh,
        sum(cast(fuels.emissions_t as decimal(18, 6))) as emissions_t
    from fuels
    inner join members on fuels.fuel_tech = members.fuel_tech
    group by
        fuels.iso,
        fuels.location,
        members.fueltech_id,
        fuels.market_date
),

whole as (
    select
        summed.*,
        coalesce(signs.sign, 1) as sign
    from summed
    inner join expected
        on
            summed.iso = expected.iso
            and summed.location = expected.location
            and summed.fueltech_id = expected.fueltech_id
            and summed.market_date = expected.market_date
    left join signs on summed.fueltech_id = signs.fueltech_id
    where summed.member_count >= expected.member_count
),

summed_regions as (
    select
        iso,
        location,
        market_date,
        count(*) as region_count,
        count(demand_mwh) filter (where interval_count >= expected_interval_count)
            as demand_count,
        count(*) filter (where renewable_interval_count >= expected_interval_count)
            as proportion_count,
        sum(cast(demand_mwh as decimal(18, 6))) as demand_mwh,
        sum(cast(compared_demand_mwh as decimal(18, 6))) as compared_demand_mwh,
        sum(cast(compared_renewable_mwh as decimal(18, 6))) as compared_renewable_mwh
    from regions
    group by
        iso,
        location,
        market_date
),

whole_regions as (
    select summed_regions.*
    from summed_regions
    inner join expected
        on
            summed_regions.iso = expected.iso
            and summed_regions.location = expected.location
            and summed_regions.market_date = expected.market_date
            and expected.fueltech_id = 'demand'
    where summed_regions.region_count >= expected.member_count
),

measured as (
    select
        iso,
        location,
        fueltech_id,
        'energy' as metric,
        market_date,
        sign * cast(energy_mwh as double) as amount,
        cast(null as double) as base,
        has_all_resources
    from whole
    union all
    select
        iso,
        location,
        fueltech_id,
        'emissions' as metric,
        market_date,
        cast(emissions_t as double) as amount,
        cast(null as double) as base,
        has_all_resources
    from whole
    -- what has no factor has unknown emissions
    where emissions_energy_mwh >= 0.99 * energy_mwh
    union all
    select
        iso,
        location,
        'demand' as fueltech_id,
        'energy' as metric,
        market_date,
        cast(demand_mwh as double) as amount,
        cast(null as double) as base,
        true as has_all_resources
    from whole_regions
    where demand_count = region_count
    union all
    select
        iso,
        location,
        'renewables' as fueltech_id,
        'proportion' as metric,
        market_date,
        cast(compared_renewable_mwh as double) as amount,
        cast(compared_demand_mwh as double) as base,
        true as has_all_resources
    from whole_regions
    where proportion_count = region_count
)

select
    iso,
    nullif(location, '') as location,
    nullif(fueltech_id, '') as fueltech_id,
    metric,
    market_date,
    amount,
    base,
    has_all_resources,
    {{ built_at() }} as _built_at
from measured
-- the only region of a network is the network
where location <> iso and amount is not null
