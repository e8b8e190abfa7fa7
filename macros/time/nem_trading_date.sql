{#- Trading day of a NEM interval named by its end: from 04:00 to 04:00, so the first interval of
    five minutes ends at 04:05 and the last at 04:00 of the next day. -#}
{% macro nem_trading_date(settlement_date) -%}
    cast({{ settlement_date }} - interval 245 minutes as date)
{%- endmacro %}
