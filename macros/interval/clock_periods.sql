{#- Periods shorter than a day as a mapping of the code to their length in seconds. -#}
{% macro clock_periods() -%}
    {{ return({'5m': 300, '30m': 1800, '1h': 3600}) }}
{%- endmacro %}
