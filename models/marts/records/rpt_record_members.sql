{{ config(materialized='view') }}

-- A fuel of a region that was there on one of the last seven days is missed where it is not; one
-- that ended for good is forgotten after that. '' stands for the network, and for all generation.
with networks as (
    select * from {{ ref('record_networks') }}
),

fuel_days as (
    select distinct
        iso,
        location,
        fuel_tech,
        market_date + cast(unnest(range(0, 8)) as integer) as market_date
    from {{ ref('rpt_fuel_daily') }}
    where interval_count > 0 and location is not null
),

-- Rooftop is estimated by itself: where no unit has landed, it is not what a region generates.
metered_days as (
    select distinct
        iso,
        unnest([location, '']) as location,
        location as region,
        market_date
    from {{ ref('rpt_fuel_daily') }}
    where interval_count > 0 and fuel_tech <> 'SOLAR_ROOFTOP'
),

whole_days as (
    select
        metered_days.iso,
        metered_days.location,
        metered_days.market_date
    from metered_days
    inner join networks on metered_days.iso = networks.network_id
    group by
        metered_days.iso,
        metered_days.location,
        metered_days.market_date
    having
        metered_days.location <> ''
        or count(distinct metered_days.region) >= any_value(networks.least_regions)
),

region_days as (
    select distinct
        iso,
        location,
        market_date + cast(unnest(range(0, 8)) as integer) as market_date
    from {{ ref('rpt_region_daily') }}
),

series as (
    select
        fuel_days.iso,
        unnest([fuel_days.location, '']) as location,
        members.fueltech_id,
        fuel_days.market_date
    from fuel_days
    inner join {{ ref('int_records__members') }} as members
        on fuel_days.fuel_tech = members.fuel_tech
    union all
    select
        iso,
        unnest([location, '']) as location,
        'demand' as fueltech_id,
        market_date
    from region_days
),

members as (
    select
        series.iso,
        series.location,
        series.fueltech_id,
        series.market_date,
        case
            when series.location = '' and series.fueltech_id = 'demand'
                then greatest(count(*), any_value(networks.least_regions))
            else count(*)
        end as member_count
    from series
    inner join networks on series.iso = networks.network_id
    group by
        series.iso,
        series.location,
        series.fueltech_id,
        series.market_date
)

select members.*
from members
left join whole_days
    on
        members.iso = whole_days.iso
        and members.location = whole_days.location
        and members.market_date = whole_days.market_date
where members.fueltech_id = 'demand' or whole_days.iso is not null
