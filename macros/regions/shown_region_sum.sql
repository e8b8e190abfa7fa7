{#- A sum of `region_sums` as a period shows it. What flows carry is known of intervals in which all power came
    from regions with figures, and of those without any flow: where the flow of more than one in two hundred MWh
    is not among them, their sum would stand for far less than flowed, and is left out. -#}
{% macro shown_region_sum(name) -%}
    {%- set direction, _, carried = name.partition('_') -%}
    {%- if direction in ('imports', 'exports') and carried in ('emissions_t', 'emissions_mix_t') -%}
        case
            when {{ carried[:-2] }}_{{ direction }}_mwh >= 0.995 * {{ direction }}_mwh then {{ name }}
        end
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}
