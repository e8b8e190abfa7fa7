{#- Instant of a stamp on the NEM's market clock, UTC+10 all year: the end of an interval.

    settlement_date: SQL expression, naive timestamp. No daylight saving, so fixed arithmetic. -#}
{% macro nem_interval_end(settlement_date) -%}
    {{ utc_instant(settlement_date ~ ' - interval 10 hours') }}
{%- endmacro %}
