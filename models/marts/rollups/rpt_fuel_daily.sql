{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with daily as (
    select
        iso,
        location,
        fuel_tech,
        market_date,
        count(energy_mwh) as interval_count,
        {{ expected_intervals(1440) }} as expected_interval_count,
        {{ known_minutes('energy_mwh') }} as known_minutes,
        min(resource_count) as min_resource_count,
        max(resource_count) as max_resource_count,
        count(*) filter (where held_count > 0) as held_count,
        max(coalesce(published_at, _fetched_at)) as newest_at,
        min(power_mw) as min_power_mw,
        max(power_mw) as max_power_mw,
        {{ exact_sum('energy_mwh') }} as energy_mwh,
        {{ exact_sum('energy_openelectricity_mwh') }} as energy_openelectricity_mwh,
        {{ exact_sum('priced_energy_mwh') }} as priced_energy_mwh,
        {{ exact_sum('market_value') }} as market_value,
        {{ exact_sum('emissions_energy_mwh') }} as emissions_energy_mwh,
        {{ exact_sum('emissions_t') }} as emissions_t
    from {{ rebuilt_rows(ref('fct_fuel_intervals')) }}
    group by
        iso,
        location,
        fuel_tech,
        market_date
)

select
    iso,
    location,
    'REGION' as location_type,
    fuel_tech,
    market_date,
    cast(interval_count as integer) as interval_count,
    cast(expected_interval_count as integer) as expected_interval_count,
    cast(known_minutes as integer) as known_minutes,
    least(known_minutes / 1440, 1) as completeness,
    {{ day_version('interval_count', 'newest_at') }} as day_version,
    min_resource_count,
    max_resource_count,
    cast(held_count as integer) as held_count,
    min_power_mw,
    max_power_mw,
    energy_mwh,
    energy_openelectricity_mwh,
    priced_energy_mwh,
    market_value,
    market_value / nullif(priced_energy_mwh, 0) as volume_weighted_price,
    emissions_energy_mwh,
    emissions_t,
    newest_at as newest_published_at,
    {{ built_at() }} as _built_at
from daily
