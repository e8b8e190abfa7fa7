{#- The energies, amounts and emissions of regions that rollups add up, as a list of names. The last ones
    are for means: demand that has a price and its value, and what shares of renewables rest on. -#}
{% macro region_sums() -%}
    {{ return([
        'demand_mwh', 'demand_total_mwh', 'demand_operational_mwh', 'demand_gross_mwh',
        'rooftop_mwh', 'curtailment_solar_mwh', 'curtailment_wind_mwh', 'curtailment_mwh',
        'generation_mwh', 'generation_emissions_t', 'generation_renewable_mwh',
        'generation_renewable_with_storage_mwh', 'imports_mwh', 'imports_openelectricity_mwh',
        'exports_mwh', 'exports_openelectricity_mwh', 'imports_value', 'exports_value',
        'imports_emissions_t', 'exports_emissions_t', 'imports_emissions_mix_t',
        'exports_emissions_mix_t', 'priced_demand_mwh', 'demand_value', 'compared_demand_mwh',
        'compared_renewable_mwh', 'compared_renewable_with_storage_mwh'
    ]) }}
{%- endmacro %}
