{#- The instant `minutes` (a number or an SQL expression) after another.

    Elapsed time, so an hour is an hour on both clock-change days. Cheaper than adding an interval,
    which goes through the calendar of the time-zone library. -#}
{% macro add_minutes(instant, minutes) -%}
    make_timestamptz(epoch_us({{ instant }}) + {{ minutes }} * cast(60000000 as bigint))
{%- endmacro %}
