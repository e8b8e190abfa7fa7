{{ config(materialized='view') }}

{#- Periods shorter than a day are made of intervals, all others of days. -#}
{%- set sums = [
    'energy_mwh', 'energy_openelectricity_mwh', 'priced_energy_mwh', 'market_value',
    'emissions_energy_mwh', 'emissions_t'
] -%}

with series as (
    {% for period, seconds in clock_periods().items() -%}
    select
        intervals.iso,
        intervals.location,
        intervals.fuel_tech,
        '{{ period }}' as period,
        make_timestamptz(
            epoch_us(intervals.interval_start) // {{ seconds }}000000 * {{ seconds }}000000
        ) as period_start,
        make_timestamptz(
            (epoch_us(intervals.interval_start) // {{ seconds }}000000 + 1) * {{ seconds }}000000
        ) as period_end,
        min(intervals.market_date) as first_date,
        count(intervals.energy_mwh) as interval_count,
        {{ seconds // 60 }} // min(intervals.interval_minutes) as expected_interval_count,
        {% for figure in sums -%}
        {{ exact_sum('intervals.' ~ figure) }} as {{ figure }},
        {% endfor -%}
        max(coalesce(intervals.published_at, intervals._fetched_at)) as newest_at
    from {{ ref('fct_fuel_intervals') }} as intervals
    where intervals.interval_minutes * 60 <= {{ seconds }}
    group by all
    union all
    {% endfor -%}
    {% for period, (first_date, length) in calendar_periods('daily.market_date').items() -%}
    select
        days.iso,
        days.location,
        days.fuel_tech,
        '{{ period }}' as period,
        timezone(days.time_zone, cast(days.first_date as timestamp)) as period_start,
        timezone(days.time_zone, cast(days.first_date as timestamp) + {{ length }}) as period_end,
        days.first_date,
        sum(days.interval_count) as interval_count,
        max(days.expected_interval_count)
        * (cast(days.first_date + {{ length }} as date) - days.first_date)
            as expected_interval_count,
        {% for figure in sums -%}
        {{ exact_sum('days.' ~ figure) }} as {{ figure }},
        {% endfor -%}
        max(days.newest_published_at) as newest_at
    from (
        select
            daily.*,
            isos.time_zone,
            cast({{ first_date }} as date) as first_date
        from {{ ref('rpt_fuel_daily') }} as daily
        inner join {{ ref('isos') }} as isos on daily.iso = isos.iso
    ) as days
    group by
        days.iso,
        days.location,
        days.fuel_tech,
        days.first_date,
        days.time_zone
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Each technology counts once in each grouping, and once for its region and once for the network.
groupings as (
    select
        fuel_tech,
        unnest(['FUEL_TECH', 'FUEL_GROUP', 'RENEWABLE', 'TOTAL']) as grouping_kind,
        unnest([
            fuel_tech,
            fuel_group,
            case
                when is_storage then 'STORAGE'
                when is_renewable then 'RENEWABLE'
                else 'NON_RENEWABLE'
            end,
            'TOTAL'
        ]) as fuel_code,
        is_supply
    from {{ ref('fuel_techs') }}
    union all
    select
        cast(null as text) as fuel_tech,
        unnest(['FUEL_TECH', 'FUEL_GROUP', 'RENEWABLE', 'TOTAL']) as grouping_kind,
        unnest([null, null, null, 'TOTAL']) as fuel_code,
        true as is_supply
),

located as (
    select
        series.* exclude (location),
        -- the mean over the intervals that are on file
        series.energy_mwh * 3600000000.0 * series.expected_interval_count
        / nullif(series.interval_count, 0)
        / (epoch_us(series.period_end) - epoch_us(series.period_start)) as power_mw,
        unnest([series.location, series.iso]) as location,
        unnest(['REGION', 'SYSTEM']) as location_type
    from series
)

select
    located.iso,
    located.location,
    located.location_type,
    located.period,
    located.period_start,
    located.period_end,
    located.first_date,
    groupings.grouping_kind,
    groupings.fuel_code,
    cast(sum(located.interval_count) as integer) as interval_count,
    cast(sum(located.expected_interval_count) as integer) as expected_interval_count,
    least(sum(located.interval_count) / sum(located.expected_interval_count), 1) as completeness,
    {{ day_version('sum(located.interval_count)', 'max(located.newest_at)') }} as day_version,
    {% for figure in sums -%}
    {{ exact_sum('located.' ~ figure) }} as {{ figure }},
    {% endfor -%}
    {{ exact_sum('located.power_mw') }} as power_mw,
    {{ exact_sum('located.market_value') }}
    / nullif({{ exact_sum('located.priced_energy_mwh') }}, 0) as volume_weighted_price
from located
inner join groupings
    on
        coalesce(located.fuel_tech, '') = coalesce(groupings.fuel_tech, '')
        and (groupings.is_supply or groupings.grouping_kind = 'FUEL_TECH')
group by
    located.iso,
    located.location,
    located.location_type,
    located.period,
    located.period_start,
    located.period_end,
    located.first_date,
    groupings.grouping_kind,
    groupings.fuel_code
