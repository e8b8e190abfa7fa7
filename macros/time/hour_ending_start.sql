{#- Local clock time at which an hour that is named by its end begins: '01:00' -> 00:00.

    market_date: SQL expression, date. hour_ending: SQL expression, text as published: '01:00',
    '1:00', '01', '1' or '1.0', up to '24:00'. Null for anything else ('00:00', '25', 'x'). -#}
{% macro hour_ending_start(market_date, hour_ending) -%}
    {%- set hour = "try_cast(replace(trim(" ~ hour_ending ~ "), ':00', '') as double)" -%}
    case
        when {{ hour }} between 1 and 24 and {{ hour }} = floor({{ hour }})
            then {{ market_date }} + to_hours(cast({{ hour }} as integer) - 1)
    end
{%- endmacro %}
