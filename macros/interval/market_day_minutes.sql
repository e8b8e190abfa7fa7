{#- True length in minutes of a market day: 1380, 1440 or 1500.

    market_date: SQL expression, date. time_zone: SQL expression, name of the market's clock. -#}
{% macro market_day_minutes(market_date, time_zone) -%}
    {%- set midnight = "epoch_us(timezone(" ~ time_zone ~ ", cast(" ~ market_date ~ " as timestamp)))" -%}
    {%- set next_midnight = "epoch_us(timezone(" ~ time_zone ~ ", cast(" ~ market_date
        ~ " + 1 as timestamp)))" -%}
    cast(({{ next_midnight }} - {{ midnight }}) // 60000000 as integer)
{%- endmacro %}
