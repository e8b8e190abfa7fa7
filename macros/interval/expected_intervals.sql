{#- How many intervals a period has: those on file, and what is left of it by the shortest of them. On the
    day on which the WEM's became shorter it has some of either length. An aggregate over its rows.

    minutes: length of the period. length: SQL expression, minutes of an interval. -#}
{% macro expected_intervals(minutes, length='interval_minutes') -%}
    count(*) + greatest({{ minutes }} - sum({{ length }}), 0) // min({{ length }})
{%- endmacro %}
