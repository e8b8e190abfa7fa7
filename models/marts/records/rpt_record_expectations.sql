{#- Every day is judged by all the others: made whole once a build, and read by days then. -#}
{{ config(materialized='table') }}

-- A fuel of a region that was there once is missed where it is not: for 90 days, or until the
-- register ends its last unit; rooftop is on no register and is missed for good. '' stands for the
-- network, and for all generation.
with networks as (
    select * from {{ ref('record_networks') }}
),

registered as (
    select
        resources.iso,
        resources.region,
        resources.valid_to,
        -- a battery's code stands for both of its ways
        unnest([
            resources.fuel_tech, fuel_techs.positive_fuel_tech, fuel_techs.negative_fuel_tech
        ]) as fuel_tech
    from {{ ref('dim_resource') }} as resources
    inner join {{ ref('fuel_techs') }} as fuel_techs on resources.fuel_tech = fuel_techs.fuel_tech
),

ended as (
    select
        iso,
        region as location,
        fuel_tech,
        max(valid_to) as ended_on
    from registered
    group by
        iso,
        region,
        fuel_tech
    having count(*) = count(valid_to)
),

fuel_days as (
    select
        iso,
        location,
        fuel_tech,
        market_date
    from {{ ref('rpt_fuel_daily') }}
    where interval_count > 0
),

region_days as (
    select
        iso,
        location,
        'DEMAND' as fuel_tech,
        market_date
    from {{ ref('rpt_region_daily') }}
),

present as (
    select * from fuel_days
    where location is not null and fuel_tech is not null
    union all
    select * from region_days
),

last_days as (
    select
        iso,
        max(market_date) as last_date
    from present
    group by iso
),

-- Until the next day is known the last reading of a day is held.
last_fuel_days as (
    select
        iso,
        max(market_date) as last_date
    from {{ ref('rpt_fuel_daily') }}
    group by iso
),

stretches as (
    select
        present.iso,
        present.location,
        present.fuel_tech,
        present.market_date,
        ended.ended_on,
        lead(present.market_date, 1, last_days.last_date + 1) over (
            partition by present.iso, present.location, present.fuel_tech
            order by present.market_date
        ) as next_date
    from present
    inner join last_days on present.iso = last_days.iso
    left join ended
        on
            present.iso = ended.iso
            and present.location = ended.location
            and present.fuel_tech = ended.fuel_tech
),

expected_days as (
    select
        iso,
        location,
        fuel_tech,
        market_date + cast(unnest(range(0, greatest(1, least(
            next_date - market_date,
            case when fuel_tech <> 'SOLAR_ROOFTOP' then 91 end,
            ended_on - market_date
        )))) as integer) as market_date
    from stretches
),

-- Rooftop is estimated by itself: where no unit has landed, it is not what a region generates.
metered_days as (
    select distinct
        iso,
        unnest([location, '']) as location,
        location as region,
        market_date
    from fuel_days
    where fuel_tech <> 'SOLAR_ROOFTOP'
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

groups as (
    select
        fuel_tech,
        fueltech_id
    from {{ ref('int_records__members') }}
    union all
    select
        'DEMAND' as fuel_tech,
        'demand' as fueltech_id
),

series as (
    select
        expected_days.iso,
        unnest([expected_days.location, '']) as location,
        groups.fueltech_id,
        expected_days.market_date
    from expected_days
    inner join groups on expected_days.fuel_tech = groups.fuel_tech
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

select
    members.*,
    coalesce(members.market_date < last_fuel_days.last_date, false) as is_closed
from members
left join last_fuel_days on members.iso = last_fuel_days.iso
left join whole_days
    on
        members.iso = whole_days.iso
        and members.location = whole_days.location
        and members.market_date = whole_days.market_date
where members.fueltech_id = 'demand' or whole_days.iso is not null
