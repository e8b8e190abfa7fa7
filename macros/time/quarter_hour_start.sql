{#- Local clock time at which a 15-minute interval begins: hour 24, quarter 4 -> 23:45.

    market_date: SQL expression, date. hour_ending: integer 1 to 24. quarter: integer 1 to 4.
    Null outside these. -#}
{% macro quarter_hour_start(market_date, hour_ending, quarter) -%}
    case
        when {{ hour_ending }} between 1 and 24 and {{ quarter }} between 1 and 4
            then {{ market_date }} + to_minutes(
                cast(({{ hour_ending }} - 1) * 60 + ({{ quarter }} - 1) * 15 as integer)
            )
    end
{%- endmacro %}
