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
        ) as held_until
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
        interval_start,
        {{ seconds_between(
            'greatest(run_at, interval_start)',
            'least(held_until, ' ~ add_minutes('interval_start', 15) ~ ')'
        ) }} as seconds
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
    select * from telemetry
    where side <> 'LOAD'
    union all
    select telemetry.*
    from telemetry
    inner join battery_sites
        on
            telemetry.iso = battery_sites.iso
            and telemetry.market_date = battery_sites.market_date
            and regexp_extract(telemetry.resource, '^(.*)_[^_]*$', 1) = battery_sites.site
    where telemetry.side = 'LOAD' and battery_sites.site <> ''
)

select
    batteries.iso,
    batteries.side,
    batteries.resource,
    batteries.market_date,
    parts.interval_start,
    {{ add_minutes('parts.interval_start', 15) }} as interval_end,
    cast(count(*) as integer) as run_count,
    cast(sum(parts.seconds) as integer) as covered_seconds,
    sum(greatest(batteries.output_mw, 0) * parts.seconds) / 3600 as discharged_mwh,
    sum(greatest(-batteries.output_mw, 0) * parts.seconds) / 3600 as charged_mwh,
    sum(batteries.base_point_mw * parts.seconds) / 3600 as base_point_mwh,
    max(batteries.hsl_mw) as hsl_mw,
    arg_min(batteries.soc_mwh, batteries.run_at) as first_soc_mwh,
    max(batteries.maximum_soc_mwh) as maximum_soc_mwh,
    min(batteries.minimum_soc_mwh) as minimum_soc_mwh,
    {% for service in ['regup', 'regdn', 'rrspfr', 'rrsffr', 'rrsufr', 'ecrs', 'nspin'] -%}
    sum(batteries.{{ service }}_mw * parts.seconds) / 900 as {{ service }}_mw,
    {% endfor -%}
    max(batteries._published_at) as published_at,
    max(batteries._loaded_at) as _loaded_at,
    max(batteries._file_id) as file_id,
    any_value({{ built_at() }}) as _built_at
from batteries
inner join parts
    on
        batteries.iso = parts.iso
        and batteries.market_date = parts.market_date
        and batteries.run_at = parts.run_at
group by
    batteries.iso,
    batteries.side,
    batteries.resource,
    batteries.market_date,
    parts.interval_start
