{#- Calendar day, on the market's clock, of a NEM interval named by its end.

    An interval that ends at 00:00 belongs to the day before. Right for 5 and for 30 minutes, since
    none of them lies across midnight. -#}
{% macro nem_market_date(settlement_date) -%}
    cast({{ settlement_date }} - interval 5 minutes as date)
{%- endmacro %}
