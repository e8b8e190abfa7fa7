{#- Calendar day in Perth, UTC+8 all year, of an instant.

    instant: SQL expression, timestamp with time zone. -#}
{% macro wem_market_date(instant) -%}
    cast(make_timestamp(epoch_us({{ instant }})) + interval 8 hours as date)
{%- endmacro %}
