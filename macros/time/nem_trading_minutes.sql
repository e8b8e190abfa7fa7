{#- Length in minutes of a NEM trading interval named by its end: 30, and 5 since 1 October 2021. -#}
{% macro nem_trading_minutes(settlement_date) -%}
    case when {{ settlement_date }} < timestamp '2021-10-01 00:05:00' then 30 else 5 end
{%- endmacro %}
