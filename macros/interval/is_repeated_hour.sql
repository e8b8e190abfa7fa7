{#- Whether an instant lies in the second passage of the repeated autumn hour of a market's clock. -#}
{% macro is_repeated_hour(instant, time_zone) -%}
    timezone('{{ time_zone }}', {{ instant }})
    = timezone('{{ time_zone }}', {{ add_minutes(instant, -60) }})
{%- endmacro %}
