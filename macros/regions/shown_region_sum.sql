{#- A sum of `region_sums` as a period shows it. Which emissions flows carry is known of all intervals in which
    power came from a region with figures, and of those without any flow: where more than one interval in two
    hundred lacks them, the sum of the others would stand for far less than flowed, and is left out. -#}
{% macro shown_region_sum(name) -%}
    {%- if name.startswith('imports_emissions') or name.startswith('exports_emissions') -%}
        case when {{ region_sums()[name] }} >= 0.995 * flow_interval_count then {{ name }} end
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}
