{#- Length of an interval in whole seconds. starts_at, ends_at: SQL expressions, instants. -#}
{% macro seconds_between(starts_at, ends_at) -%}
    ((epoch_us({{ ends_at }}) - epoch_us({{ starts_at }})) // 1000000)
{%- endmacro %}
