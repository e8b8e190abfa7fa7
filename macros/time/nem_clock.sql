{#- The naive stamp of an instant, and minutes after it, on the NEM's market clock.

    instant: SQL expression. minutes: number. -#}
{% macro nem_clock(instant, minutes=0) -%}
    make_timestamp(epoch_us({{ instant }}) + {{ (600 + minutes) * 60000000 }})
{%- endmacro %}
