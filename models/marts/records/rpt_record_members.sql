{{ config(materialized='view') }}

-- A fuel of a region that was there on one of the last seven days is missed where it is not; one
-- that ended for good is forgotten after that. '' stands for the network, and for all generation.
with fuel_days as (
    select distinct
        iso,
        location,
        fuel_tech,
        market_date + cast(unnest(range(0, 8)) as integer) as market_date
    from {{ ref('rpt_fuel_daily') }}
    where interval_count > 0 and location is not null
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
)

select
    iso,
    location,
    fueltech_id,
    market_date,
    count(*) as member_count
from series
group by
    iso,
    location,
    fueltech_id,
    market_date
