{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with telemetry as (
    {{ latest_rows(
        touched_rows(ref('int_bess__telemetry_unioned')),
        scope=['iso', 'side', 'market_date'],
        key=['resource', 'run_at']
    ) }}
),

-- Towards the state of charge: power runs straight from one reading of a resource to its next.
ramped as (
    select
        *,
        lead(output_mw) over next_of_resource as next_mw,
        lead(run_at) over next_of_resource as next_at
    from telemetry
    window next_of_resource as (
        partition by iso, market_date, side, resource order by run_at
    )
),

-- A value holds until the next run that anybody has in the day's files, the last to midnight.
runs as (
    select distinct
        iso,
        market_date,
        run_at
    from telemetry
),

held as (
    select
        *,
        coalesce(
            lead(run_at) over (partition by iso, market_date order by run_at),
            timezone('America/Chicago', cast(market_date + 1 as timestamp))
        ) as held_until,
        lead(run_at) over (partition by iso, market_date order by run_at) is null as is_last_run
    from runs
),

-- The quarter hours that a run reaches into, with the seconds of it in each.
starts as (
    select
        *,
        unnest(generate_series(
            time_bucket(interval 15 minutes, run_at),
            held_until - interval 1 microsecond,
            interval 15 minutes
        )) as interval_start
    from held
),

parts as (
    select
        iso,
        market_date,
        run_at,
        held_until,
        interval_start,
        {{ seconds_between(
            'greatest(run_at, interval_start)',
            'least(held_until, ' ~ add_minutes('interval_start', 15) ~ ')'
        ) }} as seconds,
        {{ seconds_between('run_at', 'held_until') }} as run_seconds,
        held_until <= {{ add_minutes('interval_start', 15) }} as is_run_end,
        is_last_run,
        run_at = min(run_at) over (partition by iso, market_date, interval_start)
            as is_first_in_interval,
        -- less than 900 in the first quarter of a day: what holds before its first run is not in it
        sum(seconds) over (partition by iso, market_date, interval_start) as interval_seconds
    from starts
),

-- Loads of the sites of batteries alone: the others are no batteries, and they are many.
battery_sites as (
    select distinct
        iso,
        market_date,
        regexp_extract(resource, '^(.*)_[^_]*$', 1) as site
    from telemetry
    where side = 'GEN'
),

batteries as (
    select * from ramped
    where side <> 'LOAD'
    union all
    select ramped.*
    from ramped
    inner join battery_sites
        on
            ramped.iso = battery_sites.iso
            and ramped.market_date = battery_sites.market_date
            and regexp_extract(ramped.resource, '^(.*)_[^_]*$', 1) = battery_sites.site
    where ramped.side = 'LOAD' and battery_sites.site <> ''
),

-- The last reading of a day holds to midnight. A reading whose next one is lacking is no step.
cut as (
    select
        batteries.*,
        parts.interval_start,
        parts.seconds,
        parts.is_run_end,
        parts.is_first_in_interval,
        parts.run_seconds,
        parts.interval_seconds,
        case
            when batteries.next_at = parts.held_until then batteries.next_mw
            when batteries.next_at is null and parts.is_last_run then batteries.output_mw
        end as end_mw
    from batteries
    inner join parts
        on
            batteries.iso = parts.iso
            and batteries.market_date = parts.market_date
            and batteries.run_at = parts.run_at
),

-- Where power runs through zero both sides have a triangle of the ramp.
stepped as (
    select
        *,
        case
            when output_mw * end_mw < 0
                then power(greatest(output_mw, end_mw), 2) / (2 * abs(output_mw - end_mw))
            else greatest((output_mw + end_mw) / 2, 0)
        end as delivered_mw,
        case
            when output_mw * end_mw < 0
                then power(least(output_mw, end_mw), 2) / (2 * abs(output_mw - end_mw))
            else greatest(-(output_mw + end_mw) / 2, 0)
        end as taken_mw,
        (power(output_mw, 2) + output_mw * end_mw + power(end_mw, 2)) / 3 as squared_mw2
    from cut
)

select
    iso,
    side,
    resource,
    market_date,
    interval_start,
    {{ add_minutes('interval_start', 15) }} as interval_end,
    cast(count(*) as integer) as run_count,
    cast(sum(seconds) as integer) as covered_seconds,
    sum(greatest(output_mw, 0) * seconds) / 3600 as discharged_mwh,
    sum(greatest(-output_mw, 0) * seconds) / 3600 as charged_mwh,
    sum(base_point_mw * seconds) / 3600 as base_point_mwh,
    max(hsl_mw) as hsl_mw,
    -- none after a gap: what is read later was not so at the start
    any_value(soc_mwh) filter (where is_first_in_interval) as first_soc_mwh,
    sum(taken_mw * run_seconds) filter (where is_run_end) / 3600 as step_charged_mwh,
    sum(delivered_mw * run_seconds) filter (where is_run_end) / 3600 as step_discharged_mwh,
    sum(squared_mw2 * run_seconds) filter (where is_run_end) / 3600 as step_squared_mw2h,
    coalesce(sum(run_seconds) filter (where is_run_end), 0) / 3600 as step_hours,
    bool_and(end_mw is not null) filter (where is_run_end) as is_step_known,
    max(maximum_soc_mwh) as maximum_soc_mwh,
    min(minimum_soc_mwh) as minimum_soc_mwh,
    {% for service in ['regup', 'regdn', 'rrspfr', 'rrsffr', 'rrsufr', 'ecrs', 'nspin'] -%}
    sum({{ service }}_mw * seconds) / any_value(interval_seconds) as {{ service }}_mw,
    {% endfor -%}
    max(_published_at) as published_at,
    max(_loaded_at) as _loaded_at,
    max(_file_id) as file_id,
    any_value({{ built_at() }}) as _built_at
from stepped
group by
    iso,
    side,
    resource,
    market_date,
    interval_start
