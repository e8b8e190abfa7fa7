{#- The energies, amounts and emissions of regions that rollups add up, as a mapping of the name to the
    one of `region_counts` that tells how many intervals have it. The last ones are for means: the flows of
    which emissions are known, demand that has a price and its value, and what shares of renewables rest on. -#}
{% macro region_sums() -%}
    {{ return({
        'demand_mwh': 'interval_count',
        'demand_total_mwh': 'demand_total_interval_count',
        'demand_operational_mwh': 'demand_operational_interval_count',
        'demand_gross_mwh': 'demand_gross_interval_count',
        'rooftop_mwh': 'rooftop_interval_count',
        'curtailment_solar_mwh': 'curtailment_interval_count',
        'curtailment_wind_mwh': 'curtailment_interval_count',
        'curtailment_mwh': 'curtailment_interval_count',
        'generation_mwh': 'generation_interval_count',
        'generation_emissions_t': 'emission_interval_count',
        'emissions_generation_mwh': 'emission_interval_count',
        'generation_renewable_mwh': 'generation_renewable_interval_count',
        'generation_renewable_with_storage_mwh': 'generation_renewable_interval_count',
        'imports_mwh': 'flow_interval_count',
        'imports_openelectricity_mwh': 'flow_interval_count',
        'exports_mwh': 'flow_interval_count',
        'exports_openelectricity_mwh': 'flow_interval_count',
        'imports_value': 'flow_value_interval_count',
        'exports_value': 'flow_value_interval_count',
        'imports_emissions_t': 'import_emission_interval_count',
        'exports_emissions_t': 'export_emission_interval_count',
        'imports_emissions_mix_t': 'import_emission_mix_interval_count',
        'exports_emissions_mix_t': 'export_emission_mix_interval_count',
        'emissions_imports_mwh': 'import_emission_interval_count',
        'emissions_exports_mwh': 'export_emission_interval_count',
        'emissions_mix_imports_mwh': 'import_emission_mix_interval_count',
        'emissions_mix_exports_mwh': 'export_emission_mix_interval_count',
        'priced_demand_mwh': 'priced_demand_interval_count',
        'demand_value': 'priced_demand_interval_count',
        'compared_demand_mwh': 'renewable_interval_count',
        'compared_renewable_mwh': 'renewable_interval_count',
        'compared_renewable_with_storage_mwh': 'renewable_interval_count',
    }) }}
{%- endmacro %}
