{{ config(materialized='view') }}

{%- set intervals -%}
(
    select
        *,
        case when price is not null then energy_mwh end as priced_energy_mwh,
        case when emission_factor is not null then energy_mwh end as emissions_energy_mwh
    from {{ ref('fct_resource_intervals') }}
)
{%- endset %}

with series as (
    {{ energy_periods(intervals, ref('rpt_resource_daily'), ['iso', 'resource', 'fuel_tech']) }}
)

select
    iso,
    resource,
    fuel_tech,
    location,
    'REGION' as location_type,
    period,
    period_start,
    period_end,
    first_date,
    cast(interval_count as integer) as interval_count,
    cast(expected_interval_count as integer) as expected_interval_count,
    cast(known_minutes as integer) as known_minutes,
    least(
        known_minutes / ((epoch_us(period_end) - epoch_us(period_start)) // 60000000), 1
    ) as completeness,
    {{ day_version('interval_count', 'newest_at') }} as day_version,
    {% for figure in energy_sums() -%}
    {{ figure }},
    {% endfor -%}
    -- the mean over the intervals that are on file
    energy_mwh * 60 / nullif(known_minutes, 0) as output_mw,
    market_value / nullif(priced_energy_mwh, 0) as volume_weighted_price
from series
