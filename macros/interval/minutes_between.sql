{#- Length of an interval in whole minutes, rounded. starts_at, ends_at: SQL expressions, instants. -#}
{% macro minutes_between(starts_at, ends_at) -%}
    cast(round((epoch_us({{ ends_at }}) - epoch_us({{ starts_at }})) / 60000000.0) as integer)
{%- endmacro %}
