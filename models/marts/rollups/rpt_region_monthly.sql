{{ config(materialized='view') }}

with monthly as (
    select
        iso,
        location,
        cast(date_trunc('month', market_date) as date) as month,
        {{ expected_in_days('day(last_day(any_value(market_date)))') }}
            as expected_interval_count,
        count(*) as day_count,
        {% for name in region_counts() -%}
        cast(sum({{ name }}) as integer) as {{ name }},
        {% endfor -%}
        max(newest_published_at) as newest_at,
        min(min_dispatch_price) as min_dispatch_price,
        max(max_dispatch_price) as max_dispatch_price,
        min(min_demand_mw) as min_demand_mw,
        max(max_demand_mw) as max_demand_mw,
        min(min_renewable_proportion) as min_renewable_proportion,
        max(max_renewable_proportion) as max_renewable_proportion,
        {% for name in region_sums() -%}
        {{ exact_sum(name) }} as {{ name }},
        {% endfor -%}
        {% for name, (figure, count) in region_means().items() -%}
        {{ exact_sum(name ~ ' * ' ~ count) }} / nullif(sum({{ count }}), 0) as {{ name }},
        {% endfor -%}
        max(end_storage_mwh) filter (where market_date = last_day(market_date))
            as end_storage_mwh,
        max(_built_at) as _built_at
    from {{ ref('rpt_region_daily') }}
    group by
        iso,
        location,
        date_trunc('month', market_date)
)

select
    iso,
    location,
    'REGION' as location_type,
    month,
    cast(expected_interval_count as integer) as expected_interval_count,
    least(interval_count / expected_interval_count, 1) as completeness,
    {{ day_version('interval_count', 'newest_at') }} as day_version,
    cast(day_count as integer) as day_count,
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
    {{ shown_region_sum(name) }} as {{ name }},
    {% endfor -%}
    newest_at as newest_published_at,
    _built_at
from monthly
