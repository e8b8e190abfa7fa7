{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail',
    pre_hook=[
        "{{ forget_days(rebuilt_days([ref('fct_fuel_intervals'), ref('fct_region_intervals'), "
        "ref('rpt_record_members')])) }}",
        "{{ forget_days_without(ref('rpt_record_members')) }}"
    ]
) }}

{#- What other days mean for a day is in `rpt_record_members`. -#}
{%- set days = rebuilt_days([
    ref('fct_fuel_intervals'), ref('fct_region_intervals'), ref('rpt_record_members')
]) -%}
{%- set series = 'iso, location, fueltech_id, metric, aggregate' %}

-- Each row counts for its region and, as location '', for the network.
with fuels as (
    select
        * exclude (location),
        unnest([location, '']) as location
    from {{ rows_of(ref('fct_fuel_intervals'), days) }}
    where location is not null
),

-- A half hour's mean that stands in for demand is no figure of five minutes.
regions as (
    select
        * exclude (location) replace (
            case when demand_source is distinct from 'TRADING' then demand_mw end as demand_mw,
            case when demand_source is distinct from 'TRADING' then demand_gross_mw end
                as demand_gross_mw
        ),
        unnest([location, '']) as location
    from {{ rows_of(ref('fct_region_intervals'), days) }}
),

groups as (
    select * from {{ ref('record_groups') }}
),

metrics as (
    select * from {{ ref('record_metrics') }}
    where period = 'interval'
),

members as (
    select * from {{ ref('int_records__members') }}
),

expected as (
    select * from {{ rows_of(ref('rpt_record_members'), days) }}
),

fuel_steps as (
    select
        iso,
        location,
        fuel_tech,
        market_date,
        max(interval_minutes) as interval_minutes
    from fuels
    group by
        iso,
        location,
        fuel_tech,
        market_date
),

-- A sum of half hours and five minutes (units and rooftop of the WEM, once) is one of half hours.
steps as (
    select
        fuel_steps.iso,
        fuel_steps.location,
        members.fueltech_id,
        fuel_steps.market_date,
        cast(max(fuel_steps.interval_minutes) as bigint) as step_minutes
    from fuel_steps
    inner join members on fuel_steps.fuel_tech = members.fuel_tech
    group by
        fuel_steps.iso,
        fuel_steps.location,
        members.fueltech_id,
        fuel_steps.market_date
),

powers as (
    select
        steps.iso,
        steps.location,
        steps.fueltech_id,
        steps.market_date,
        steps.step_minutes as interval_minutes,
        make_timestamptz(
            epoch_us(fuels.interval_start) // (steps.step_minutes * 60000000)
            * (steps.step_minutes * 60000000)
        ) as interval_start,
        sum(fuels.interval_minutes) filter (where fuels.power_mw is not null) as member_minutes,
        sum(fuels.resource_count * fuels.interval_minutes) as resource_minutes,
        sum(cast(fuels.power_mw as decimal(18, 6)) * fuels.interval_minutes) as power_minutes
    from fuels
    inner join members on fuels.fuel_tech = members.fuel_tech
    inner join steps
        on
            fuels.iso = steps.iso
            and fuels.location = steps.location
            and fuels.market_date = steps.market_date
            and members.fueltech_id = steps.fueltech_id
    group by all
),

-- A low is one only where no unit is missing that the day has.
whole_powers as (
    select
        powers.*,
        powers.resource_minutes
        = max(powers.resource_minutes) over (
            partition by powers.iso, powers.location, powers.fueltech_id, powers.market_date
        ) is not false as has_all_resources
    from powers
    inner join expected
        on
            powers.iso = expected.iso
            and powers.location = expected.location
            and powers.fueltech_id = expected.fueltech_id
            and powers.market_date = expected.market_date
    where powers.member_minutes >= expected.member_count * powers.interval_minutes
),

generation as (
    select
        whole_powers.iso,
        whole_powers.location,
        whole_powers.fueltech_id,
        'power' as metric,
        whole_powers.market_date,
        whole_powers.interval_start,
        whole_powers.interval_minutes,
        coalesce(groups.sign, 1) * cast(whole_powers.power_minutes as double)
        / whole_powers.interval_minutes as value,
        whole_powers.has_all_resources
    from whole_powers
    left join groups on whole_powers.fueltech_id = groups.fueltech_id
),

summed_regions as (
    select
        iso,
        location,
        market_date,
        interval_start,
        interval_minutes,
        count(*) as region_count,
        count(demand_mw) as demand_count,
        count(settlement_price) as price_count,
        count(demand_gross_mw + generation_renewable_mw) as proportion_count,
        sum(cast(demand_mw as decimal(18, 6))) as demand_mw,
        sum(cast(settlement_price as decimal(18, 6))) / count(settlement_price) as price,
        sum(cast(demand_gross_mw as decimal(18, 6))) as demand_gross_mw,
        sum(cast(generation_renewable_mw as decimal(18, 6))) as generation_renewable_mw
    from regions
    group by
        iso,
        location,
        market_date,
        interval_start,
        interval_minutes
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

market as (
    select
        iso,
        location,
        'demand' as fueltech_id,
        'power' as metric,
        market_date,
        interval_start,
        interval_minutes,
        cast(demand_mw as double) as value
    from whole_regions
    where demand_count = region_count
    union all
    select
        iso,
        location,
        '' as fueltech_id,
        'price' as metric,
        market_date,
        interval_start,
        interval_minutes,
        cast(price as double) as value
    from whole_regions
    where price_count = region_count
    union all
    select
        iso,
        location,
        'renewables' as fueltech_id,
        'proportion' as metric,
        market_date,
        interval_start,
        interval_minutes,
        100 * cast(generation_renewable_mw as double) / nullif(cast(demand_gross_mw as double), 0)
            as value
    from whole_regions
    where proportion_count = region_count
),

measured as (
    select * from generation
    union all by name
    select
        *,
        true as has_all_resources
    from market
),

rounded as (
    select
        measured.iso,
        measured.location,
        measured.fueltech_id,
        measured.metric,
        unnest(['high', 'low']) as aggregate,
        measured.market_date,
        measured.interval_start,
        measured.interval_minutes,
        round(measured.value, metrics.decimals) as value,
        measured.has_all_resources,
        metrics.least_high,
        metrics.most,
        metrics.takes_negatives,
        greatest(metrics.not_before, groups.not_before) as not_before
    from measured
    inner join metrics on measured.metric = metrics.metric
    left join groups on measured.fueltech_id = groups.fueltech_id
    -- the only region of a network is the network
    where measured.location <> measured.iso
),

eligible as (
    select
        *,
        case aggregate when 'high' then value else -value end as strength
    from rounded
    where {{ is_record_value() }}
)

select
    iso,
    nullif(location, '') as location,
    nullif(fueltech_id, '') as fueltech_id,
    metric,
    aggregate,
    market_date,
    interval_start,
    cast(interval_minutes as integer) as interval_minutes,
    value,
    strength,
    is_followed,
    {{ built_at() }} as _built_at
from {{ day_breaks('eligible', series) }}
