{#- Instant of a stamp on the WEM's clock, UTC+8 all year: the start of an interval.

    local_start: SQL expression, naive timestamp. No daylight saving, so fixed arithmetic. -#}
{% macro wem_interval_start(local_start) -%}
    {{ utc_instant(local_start ~ ' - interval 8 hours') }}
{%- endmacro %}
