{#- Orders versions of a day or month: the fuller one wins, of equally full ones the one published later.

    interval_count: SQL expression. newest_at: SQL expression, instant of the newest publication. -#}
{% macro day_version(interval_count, newest_at) -%}
    cast({{ interval_count }} as bigint) * 1000000000 + epoch_us({{ newest_at }}) // 1000000
{%- endmacro %}
