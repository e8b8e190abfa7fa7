{#- How many intervals a period of days has: those that its days on file expect, and for each that is
    missing as many as the one with the most. An aggregate over a rollup by days.

    days: SQL expression, number of the period's days. count: SQL expression, intervals that a day expects. -#}
{% macro expected_in_days(days, count='expected_interval_count') -%}
    sum({{ count }}) + greatest({{ days }} - count(*), 0) * max({{ count }})
{%- endmacro %}
