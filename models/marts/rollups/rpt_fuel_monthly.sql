{{ config(materialized='view') }}

with monthly as (
    select
        iso,
        location,
        fuel_tech,
        cast(date_trunc('month', market_date) as date) as month,
        min(min_resource_count) as min_resource_count,
        max(max_resource_count) as max_resource_count,
        {{ expected_in_days('day(last_day(any_value(market_date)))') }}
            as expected_interval_count,
        sum(known_minutes) as known_minutes,
        sum(interval_count) as interval_count,
        sum(held_count) as held_count,
        count(*) as day_count,
        max(newest_published_at) as newest_at,
        min(min_power_mw) as min_power_mw,
        max(max_power_mw) as max_power_mw,
        {{ exact_sum('energy_mwh') }} as energy_mwh,
        {{ exact_sum('energy_openelectricity_mwh') }} as energy_openelectricity_mwh,
        {{ exact_sum('priced_energy_mwh') }} as priced_energy_mwh,
        {{ exact_sum('market_value') }} as market_value,
        {{ exact_sum('emissions_energy_mwh') }} as emissions_energy_mwh,
        {{ exact_sum('emissions_t') }} as emissions_t,
        max(_built_at) as _built_at
    from {{ ref('rpt_fuel_daily') }}
    group by
        iso,
        location,
        fuel_tech,
        date_trunc('month', market_date)
)

select
    iso,
    location,
    'REGION' as location_type,
    fuel_tech,
    month,
    cast(interval_count as integer) as interval_count,
    cast(expected_interval_count as integer) as expected_interval_count,
    cast(known_minutes as integer) as known_minutes,
    least(known_minutes / (1440 * day(last_day(month))), 1) as completeness,
    {{ day_version('interval_count', 'newest_at') }} as day_version,
    cast(day_count as integer) as day_count,
    cast(held_count as integer) as held_count,
    min_resource_count,
    max_resource_count,
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
    _built_at
from monthly
