{#- Instant at which the WEM's present market began: 08:00 in Perth on 1 October 2023. -#}
{% macro wem_reform() -%}
    timestamptz '2023-10-01 00:00:00+00'
{%- endmacro %}
