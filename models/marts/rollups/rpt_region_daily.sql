{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with isos as (
    select * from {{ ref('isos') }}
),

intervals as (
    {{ region_measures(rebuilt_rows(ref('fct_region_intervals'))) }}
),

zoned as (
    select
        intervals.*,
        timezone(isos.time_zone, intervals.interval_end) as local_end
    from intervals
    inner join isos on intervals.iso = isos.iso
),

daily as (
    select
        iso,
        location,
        market_date,
        {% for name, figure in region_counts().items() -%}
        cast(count({{ figure }}) as integer) as {{ name }},
        {% endfor -%}
        max(published_at) as newest_at,
        {% for name, (figure, count) in region_means().items() -%}
        {{ exact_sum(figure) }} / nullif(count({{ figure }}), 0) as {{ name }},
        {% endfor -%}
        min(dispatch_price) as min_dispatch_price,
        max(dispatch_price) as max_dispatch_price,
        min(demand_mw) as min_demand_mw,
        max(demand_mw) as max_demand_mw,
        min(renewable_proportion) as min_renewable_proportion,
        max(renewable_proportion) as max_renewable_proportion,
        -- of the interval that ends the day, or it is unknown
        max(storage_mwh) filter (
            where cast(local_end as date) > market_date
        ) as end_storage_mwh,
        {% for name in region_sums() -%}
        {{ exact_sum(name) }} as {{ name }},
        {% endfor -%}
        {{ expected_intervals(1440) }} as expected_interval_count
    from zoned
    group by
        iso,
        location,
        market_date
)

select
    iso,
    location,
    'REGION' as location_type,
    market_date,
    cast(expected_interval_count as integer) as expected_interval_count,
    least(interval_count / expected_interval_count, 1) as completeness,
    {{ day_version('interval_count', 'newest_at') }} as day_version,
    {% for name in region_counts() -%}
    {{ name }},
    {% endfor -%}
    average_dispatch_price,
    average_settlement_price,
    demand_value / nullif(priced_demand_mwh, 0) as volume_weighted_price,
    generation_emissions_t / nullif(emissions_generation_mwh, 0) as emission_intensity,
    min_dispatch_price,
    max_dispatch_price,
    min_demand_mw,
    max_demand_mw,
    min_renewable_proportion,
    max_renewable_proportion,
    compared_renewable_mwh / nullif(compared_demand_mwh, 0) as renewable_proportion,
    compared_renewable_with_storage_mwh / nullif(compared_demand_mwh, 0)
        as renewable_with_storage_proportion,
    average_storage_mwh,
    end_storage_mwh,
    {% for name in region_sums() -%}
    {{ name }},
    {% endfor -%}
    newest_at as newest_published_at,
    {{ built_at() }} as _built_at
from daily
