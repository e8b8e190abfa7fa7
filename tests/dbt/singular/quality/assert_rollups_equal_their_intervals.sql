{#- Each day of a rollup is what the intervals on file add up to: count, energy, value, emissions,
    to the last digit. Days that no passed test has seen (macro `untested`). -#}
{%- set checks = [
    ('fct_resource_intervals', 'rpt_resource_daily', 'resource'),
    ('fct_fuel_intervals', 'rpt_fuel_daily', 'location'),
] -%}

{% for fact, rollup, series in checks -%}
select
    '{{ rollup }}' as rollup,
    coalesce(intervals.iso, days.iso) as iso,
    coalesce(intervals.market_date, days.market_date) as market_date,
    coalesce(intervals.{{ series }}, days.{{ series }}) as series,
    coalesce(intervals.fuel_tech, days.fuel_tech) as fuel_tech,
    intervals.figures,
    days.figures as rollup_figures
from (
    select
        iso,
        market_date,
        {{ series }},
        fuel_tech,
        row(
            count(energy_mwh),
            {{ exact_sum('energy_mwh') }},
            {{ exact_sum('energy_openelectricity_mwh') }},
            {{ exact_sum('market_value') }},
            {{ exact_sum('emissions_t') }}
        ) as figures
    from {{ ref(fact) }}
    where {{ untested('_built_at') }}
    group by
        iso,
        market_date,
        {{ series }},
        fuel_tech
) as intervals
full outer join (
    select
        iso,
        market_date,
        {{ series }},
        fuel_tech,
        row(
            cast(interval_count as bigint),
            energy_mwh,
            energy_openelectricity_mwh,
            market_value,
            emissions_t
        ) as figures
    from {{ ref(rollup) }}
    where {{ untested('_built_at') }}
) as days
    on
        intervals.iso = days.iso
        and intervals.market_date = days.market_date
        and coalesce(intervals.{{ series }}, '') = coalesce(days.{{ series }}, '')
        and coalesce(intervals.fuel_tech, '') = coalesce(days.fuel_tech, '')
where row(intervals.figures) is distinct from row(days.figures)
{{ 'union all' if not loop.last }}
{% endfor %}
