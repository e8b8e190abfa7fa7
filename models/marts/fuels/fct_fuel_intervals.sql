{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{%- set built = rebuilt_days([
    ref('fct_resource_intervals'),
    ref('int_rooftop__five_minutes'),
    of_isos(ref('fct_price_intervals_revisions'), ['NEM', 'WEM'])
]) %}

with units as (
    select
        iso,
        location,
        fuel_tech,
        interval_start,
        any_value(interval_end) as interval_end,
        any_value(interval_minutes) as interval_minutes,
        any_value(market_date) as market_date,
        any_value(trading_date) as trading_date,
        {{ exact_sum('output_mw') }} as power_mw,
        {{ exact_sum('energy_mwh') }} as energy_mwh,
        {{ exact_sum('energy_openelectricity_mwh') }} as energy_openelectricity_mwh,
        {{ exact_sum('energy_mwh', 'price is not null') }} as priced_energy_mwh,
        {{ exact_sum('market_value') }} as market_value,
        {{ exact_sum('energy_mwh', 'emission_factor is not null') }} as emissions_energy_mwh,
        {{ exact_sum('emissions_t') }} as emissions_t,
        count(energy_mwh) as resource_count,
        count(*) filter (where energy_basis = 'HELD') as held_count,
        max(published_at) as published_at,
        max(_fetched_at) as _fetched_at
    from {{ rows_of(ref('fct_resource_intervals'), built) }}
    group by
        iso,
        location,
        fuel_tech,
        interval_start
),

prices as (
    {{ settlement_prices(ref('fct_price_intervals_revisions'), built) }}
),

-- Panels have no unit of their own: their energy is estimated for half hours, no reading is held.
rooftop as (
    select
        panels.iso,
        panels.location,
        'SOLAR_ROOFTOP' as fuel_tech,
        panels.interval_start,
        panels.interval_end,
        panels.interval_minutes,
        panels.market_date,
        panels.trading_date,
        panels.power_mw,
        round(panels.energy_mwh, 6) as energy_mwh,
        round(panels.energy_mwh, 6) as energy_openelectricity_mwh,
        case when prices.price is not null then round(panels.energy_mwh, 6) end
            as priced_energy_mwh,
        round(panels.energy_mwh * prices.price, 6) as market_value,
        round(panels.energy_mwh, 6) as emissions_energy_mwh,
        case when panels.energy_mwh is not null then 0 end as emissions_t,
        cast(null as bigint) as resource_count,
        0 as held_count,
        panels.published_at,
        panels.published_at as _fetched_at
    from {{ rows_of(ref('int_rooftop__five_minutes'), built) }} as panels
    left join prices
        on
            panels.iso = prices.iso
            and panels.location = prices.location
            and panels.interval_start = prices.interval_start
),

unioned as (
    select * from units
    union all by name
    select * from rooftop
)

select
    iso,
    cast(null as text) as market,
    location,
    'REGION' as location_type,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    trading_date,
    fuel_tech,
    power_mw,
    energy_mwh,
    energy_openelectricity_mwh,
    priced_energy_mwh,
    market_value,
    emissions_energy_mwh,
    emissions_t,
    cast(resource_count as integer) as resource_count,
    cast(held_count as integer) as held_count,
    published_at,
    _fetched_at,
    {{ built_at() }} as _built_at
from unioned
