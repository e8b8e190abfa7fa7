{#- Trading day of the WEM, 08:00 to 08:00 in Perth, of an instant: 08:00 there is midnight in UTC.

    instant: SQL expression, timestamp with time zone. -#}
{% macro wem_trading_date(instant) -%}
    cast(make_timestamp(epoch_us({{ instant }})) as date)
{%- endmacro %}
