{#- The energies, values and emissions of units and technologies that rollups add up, as a list of names. -#}
{% macro energy_sums() -%}
    {{ return([
        'energy_mwh', 'energy_openelectricity_mwh', 'priced_energy_mwh', 'market_value',
        'emissions_energy_mwh', 'emissions_t'
    ]) }}
{%- endmacro %}
