{#- Each day of a rollup is what the intervals on file add up to: every count and every sum, to the
    last digit. Days that no passed test has seen (macro `untested`). A rollup that is not built, by a
    build of other models alone, is passed over. -#}
{%- set energies = {
    'interval_count': 'count(energy_mwh)',
    'known_minutes': known_minutes('energy_mwh'),
    'energy_mwh': exact_sum('energy_mwh'),
    'energy_openelectricity_mwh': exact_sum('energy_openelectricity_mwh'),
    'market_value': exact_sum('market_value'),
    'emissions_t': exact_sum('emissions_t'),
} -%}
{%- set of_units = {
    'held_count': "count(*) filter (where energy_basis = 'HELD')",
    'priced_energy_mwh': exact_sum('energy_mwh', 'price is not null'),
    'emissions_energy_mwh': exact_sum('energy_mwh', 'emission_factor is not null'),
} -%}
{%- set of_fuels = {
    'held_count': 'count(*) filter (where held_count > 0)',
    'priced_energy_mwh': exact_sum('priced_energy_mwh'),
    'emissions_energy_mwh': exact_sum('emissions_energy_mwh'),
} -%}
{%- set of_regions = {} -%}
{%- for name, figure in region_counts().items() -%}
{%- do of_regions.update({name: 'count(' ~ figure ~ ')'}) -%}
{%- endfor -%}
{%- for name in region_sums() -%}
{%- do of_regions.update({name: exact_sum(name)}) -%}
{%- endfor -%}
{%- set of_curtailments = {
    'interval_count': 'count(*)',
    'capped_interval_count': 'count(*) filter (where is_capped)',
    'curtailment_mwh': exact_sum('curtailment_mwh'),
    'self_curtailment_mwh': exact_sum('self_curtailment_mwh'),
} -%}
{%- set checks = [
    (ref('fct_resource_intervals'), ref('rpt_resource_daily'), 'resource', 'fuel_tech',
        dict(energies, **of_units)),
    (ref('fct_fuel_intervals'), ref('rpt_fuel_daily'), 'location', 'fuel_tech',
        dict(energies, **of_fuels)),
    (ref('fct_region_intervals'), ref('rpt_region_daily'), 'location', "''", of_regions),
    (ref('fct_unit_curtailment_intervals'), ref('rpt_unit_curtailment_daily'), 'resource', "''",
        of_curtailments),
] -%}

{% for fact, rollup, series, fuel_tech, figures in checks -%}
{%- if load_relation(fact) is not none and load_relation(rollup) is not none -%}
select
    '{{ rollup.identifier }}' as rollup,
    coalesce(intervals.iso, days.iso) as iso,
    coalesce(intervals.market_date, days.market_date) as market_date,
    coalesce(intervals.series, days.series) as series,
    coalesce(intervals.fuel_tech, days.fuel_tech) as fuel_tech,
    to_json(intervals.figures) as interval_figures,
    to_json(days.figures) as rollup_figures
from (
    select
        iso,
        market_date,
        {{ series }} as series,
        {{ fuel_tech }} as fuel_tech,
        struct_pack(
            {% for name, figure in figures.items() -%}
            {{ name }} := {{ figure }}{{ ',' if not loop.last }}
            {% endfor %}
        ) as figures
    from {{ '(' ~ region_measures(fact) ~ ')' if figures is sameas of_regions else fact }}
    where {{ untested('_built_at') }}
    group by all
) as intervals
full outer join (
    select
        iso,
        market_date,
        {{ series }} as series,
        {{ fuel_tech }} as fuel_tech,
        struct_pack(
            {% for name in figures -%}
            {{ name }} := {{ name }}{{ ',' if not loop.last }}
            {% endfor %}
        ) as figures
    from {{ rollup }}
    where {{ untested('_built_at') }}
) as days
    on
        intervals.iso = days.iso
        and intervals.market_date = days.market_date
        and coalesce(intervals.series, '') = coalesce(days.series, '')
        and coalesce(intervals.fuel_tech, '') = coalesce(days.fuel_tech, '')
-- compared as rows: a struct of nothing but nulls is no null
where row(intervals.figures) is distinct from row(days.figures)
union all
{% endif -%}
{%- endfor %}
select
    null as rollup,
    null as iso,
    null as market_date,
    null as series,
    null as fuel_tech,
    null as interval_figures,
    null as rollup_figures
where false
