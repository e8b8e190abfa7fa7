{#- What rollups of regions count, as a mapping of the name to the figure whose intervals it counts. A sum
    holds those intervals alone. -#}
{% macro region_counts() -%}
    {{ return({
        'interval_count': 'demand_mwh',
        'dispatch_price_interval_count': 'dispatch_price',
        'price_interval_count': 'settlement_price',
        'rooftop_interval_count': 'rooftop_mwh',
        'generation_interval_count': 'generation_mwh',
        'emission_interval_count': 'generation_emissions_t',
        'renewable_interval_count': 'renewable_proportion',
        'curtailment_interval_count': 'curtailment_mwh',
        'storage_interval_count': 'storage_mwh',
        'flow_interval_count': 'exports_mwh',
        'flow_value_interval_count': 'exports_value',
        'import_emission_interval_count': 'imports_emissions_t',
        'export_emission_interval_count': 'exports_emissions_t',
        'import_emission_mix_interval_count': 'imports_emissions_mix_t',
        'export_emission_mix_interval_count': 'exports_emissions_mix_t',
        'demand_total_interval_count': 'demand_total_mwh',
        'demand_operational_interval_count': 'demand_operational_mwh',
        'demand_gross_interval_count': 'demand_gross_mwh',
        'generation_renewable_interval_count': 'generation_renewable_mwh',
        'priced_demand_interval_count': 'demand_value',
    }) }}
{%- endmacro %}
