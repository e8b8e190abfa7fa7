{#- Each day of a rollup is what the intervals on file add up to: count, energy, value and emissions, to
    the last digit. Days that no passed test has seen (macro `untested`). -#}
{%- set checks = [
    ('fct_resource_intervals', 'rpt_resource_daily', ['resource', 'fuel_tech']),
    ('fct_fuel_intervals', 'rpt_fuel_daily', ['location', 'fuel_tech']),
] -%}
{%- set sums = [
    'energy_mwh', 'energy_openelectricity_mwh', 'market_value', 'emissions_t'
] -%}

{% for fact, rollup, keys in checks -%}
select
    '{{ rollup }}' as rollup,
    coalesce(intervals.iso, days.iso) as iso,
    coalesce(intervals.market_date, days.market_date) as market_date,
    coalesce(intervals.{{ keys[0] }}, days.{{ keys[0] }}) as series,
    intervals.interval_count,
    days.interval_count as rollup_interval_count,
    intervals.energy_mwh,
    days.energy_mwh as rollup_energy_mwh
from (
    select
        iso,
        market_date,
        {{ keys | join(', ') }},
        count(energy_mwh) as interval_count,
        {%- for figure in sums %}
        {{ exact_sum(figure) }} as {{ figure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(fact) }}
    where {{ untested('_built_at') }}
    group by all
) as intervals
full outer join (
    select * from {{ ref(rollup) }}
    where {{ untested('_built_at') }}
) as days
    on
        intervals.iso = days.iso
        and intervals.market_date = days.market_date
        {%- for key in keys %}
        and coalesce(intervals.{{ key }}, '') = coalesce(days.{{ key }}, '')
        {%- endfor %}
where
    row(
        intervals.interval_count
        {%- for figure in sums %}, intervals.{{ figure }}{% endfor %}
    ) is distinct from row(
        days.interval_count
        {%- for figure in sums %}, days.{{ figure }}{% endfor %}
    )
{{ 'union all' if not loop.last }}
{% endfor %}
