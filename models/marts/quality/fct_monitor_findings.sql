{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{#- By trading days, so that a night is one: the newest calendar day ends in the middle of it. -#}
{%- set days = rebuilt_days(
    [ref('fct_resource_intervals')],
    landed=[ref('int_resources__meter_readings')],
    days='trading_date'
) -%}
{%- set read = widened_days(days, after=1) %}

with readings as (
    select * from {{ rows_of(ref('fct_resource_intervals'), read) }}
    where {{ is_in_days(days, market_date='trading_date') }}
),

meters as (
    select * from {{ rows_of(ref('int_resources__meter_readings'), read) }}
    where {{ is_in_days(days, market_date='trading_date') }}
),

monitors as (
    select * from {{ ref('monitors') }}
),

thresholds as (
    select
        max(threshold) filter (where monitor = 'FROZEN_AT_NIGHT') as night_share,
        max(threshold) filter (where monitor = 'FROZEN') as frozen_hours,
        max(threshold) filter (where monitor = 'UNSPLIT') as unsplit_share,
        max(threshold) filter (where monitor = 'OVER_CAPACITY') as over_share,
        max(threshold) filter (where monitor = 'WRONG_SIGN') as wrong_share
    from monitors
),

fuel_techs as (
    select * from {{ ref('fuel_techs') }}
),

-- What holds of a unit on a day; the rows of one that no list names have no capacity.
units as (
    select
        iso,
        resource,
        dispatch_type,
        nullif(greatest(coalesce(capacity_mw, 0), coalesce(max_capacity_mw, 0)), 0) as capacity_mw,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('dim_resource') }}
),

-- Hours, of which most questions can be asked faster than of readings.
hours as (
    select
        iso,
        resource,
        fuel_tech,
        trading_date,
        epoch_us(interval_start) // 3600000000 as hour_number,
        count(output_mw) as reading_count,
        count(output_mw) = 60 // min(interval_minutes) as is_whole,
        min(output_mw) as min_mw,
        max(output_mw) as max_mw,
        list(output_mw) as readings_mw
    from readings
    group by all
),

described as (
    select
        hours.*,
        units.dispatch_type,
        units.capacity_mw,
        coalesce(fuel_techs.is_storage, false) as is_storage,
        coalesce(fuel_techs.is_consumption, false) as is_consumption,
        coalesce(fuel_techs.fuel_group, '') as fuel_group,
        hour(timezone(
            isos.time_zone, make_timestamptz(hours.hour_number * 3600000000)
        )) as local_hour,
        thresholds.*
    from hours
    cross join thresholds
    inner join {{ ref('isos') }} as isos on hours.iso = isos.iso
    left join fuel_techs on hours.fuel_tech = fuel_techs.fuel_tech
    left join units
        on
            hours.iso = units.iso
            and hours.resource = units.resource
            and hours.trading_date >= units.valid_from
            and hours.trading_date < units.valid_to
),

nights as (
    select
        'FROZEN_AT_NIGHT' as monitor,
        iso,
        resource,
        fuel_tech,
        trading_date,
        sum(len(list_filter(readings_mw, lambda mw: mw >= night_share * capacity_mw)))
            as interval_count,
        max(max_mw) as value_mw,
        any_value(capacity_mw) as capacity_mw,
        min(hour_number) as hour_number
    from described
    where
        fuel_group = 'SOLAR'
        and (local_hour >= 22 or local_hour < 3)
        and max_mw >= night_share * capacity_mw
    group by all
),

constant_hours as (
    select
        *,
        hour_number - row_number() over (
            partition by iso, resource, fuel_tech, trading_date, min_mw order by hour_number
        ) as run_number
    from described
    where is_whole and min_mw = max_mw and min_mw <> 0
),

frozen_runs as (
    select
        'FROZEN' as monitor,
        iso,
        resource,
        fuel_tech,
        trading_date,
        sum(reading_count) as interval_count,
        min_mw as value_mw,
        any_value(capacity_mw) as capacity_mw,
        min(hour_number) as hour_number,
        count(*) as hour_count
    from constant_hours
    group by
        iso,
        resource,
        fuel_tech,
        trading_date,
        min_mw,
        run_number
    having count(*) >= any_value(frozen_hours)
),

-- The longest of the day.
frozen as (
    select * exclude (hour_count)
    from frozen_runs
    qualify
        row_number() over (
            partition by iso, resource, fuel_tech, trading_date
            order by hour_count desc, hour_number
        ) = 1
),

unmapped as (
    select
        'UNMAPPED' as monitor,
        iso,
        resource,
        fuel_tech,
        trading_date,
        sum(reading_count) as interval_count,
        max(max_mw) as value_mw,
        any_value(capacity_mw) as capacity_mw,
        min(hour_number) as hour_number
    from described
    where fuel_tech is null
    group by all
    having max(max_mw) <> 0 or min(min_mw) <> 0
),

unsplit as (
    select
        'UNSPLIT' as monitor,
        iso,
        resource,
        fuel_tech,
        trading_date,
        sum(len(list_filter(readings_mw, lambda mw: mw < 0))) as interval_count,
        min(min_mw) as value_mw,
        any_value(capacity_mw) as capacity_mw,
        min(hour_number) filter (where min_mw < 0) as hour_number
    from described
    where not is_storage
    group by
        iso,
        resource,
        fuel_tech,
        trading_date
    having
        min(min_mw) < 0
        and (
            any_value(dispatch_type) = 'BIDIRECTIONAL'
            or least(max(max_mw), -min(min_mw))
            >= any_value(unsplit_share) * greatest(max(max_mw), -min(min_mw))
        )
),

over_capacity as (
    select
        'OVER_CAPACITY' as monitor,
        iso,
        resource,
        fuel_tech,
        trading_date,
        sum(len(list_filter(readings_mw, lambda mw: mw > over_share * capacity_mw)))
            as interval_count,
        max(max_mw) as value_mw,
        any_value(capacity_mw) as capacity_mw,
        min(hour_number) as hour_number
    from described
    where max_mw > over_share * capacity_mw
    group by all
),

wrong_signs as (
    select
        'WRONG_SIGN' as monitor,
        iso,
        resource,
        fuel_tech,
        trading_date,
        sum(len(list_filter(readings_mw, lambda mw: mw > wrong_share * capacity_mw)))
            as interval_count,
        max(max_mw) as value_mw,
        any_value(capacity_mw) as capacity_mw,
        min(hour_number) as hour_number
    from described
    where is_consumption and max_mw > wrong_share * capacity_mw
    group by all
),

meters_alone as (
    select
        'METER_ALONE' as monitor,
        meters.iso,
        meters.resource,
        cast(null as text) as fuel_tech,
        meters.trading_date,
        count(distinct meters.interval_end) as interval_count,
        max(meters.reading) as value_mw,
        any_value(units.capacity_mw) as capacity_mw,
        min(epoch_us(meters.interval_end) // 3600000000) as hour_number
    from meters
    left join units
        on
            meters.iso = units.iso
            and meters.resource = units.resource
            and meters.trading_date >= units.valid_from
            and meters.trading_date < units.valid_to
    where
        not exists (
            select 1
            from hours
            where
                hours.iso = meters.iso
                and hours.resource = meters.resource
                and hours.trading_date = meters.trading_date
        )
    group by all
    having max(meters.reading) <> 0 or min(meters.reading) <> 0
),

looked_at as (
    select
        'ALL' as monitor,
        iso,
        cast(null as text) as resource,
        cast(null as text) as fuel_tech,
        trading_date,
        sum(reading_count) as interval_count,
        cast(null as double) as value_mw,
        cast(null as double) as capacity_mw,
        min(hour_number) as hour_number
    from described
    group by all
),

found as (
    select * from nights
    union all by name
    select * from frozen
    union all by name
    select * from unmapped
    union all by name
    select * from unsplit
    union all by name
    select * from over_capacity
    union all by name
    select * from wrong_signs
    union all by name
    select * from meters_alone
    union all by name
    select * from looked_at
)

select
    found.monitor,
    found.iso,
    found.resource,
    found.fuel_tech,
    found.trading_date as market_date,
    cast(found.interval_count as integer) as interval_count,
    found.value_mw,
    found.capacity_mw,
    monitors.threshold,
    make_timestamptz(found.hour_number * 3600000000) as first_hour_start,
    {{ built_at() }} as _built_at
from found
inner join monitors on found.monitor = monitors.monitor
where found.monitor = 'ALL' or found.interval_count >= coalesce(monitors.least_count, 1)
