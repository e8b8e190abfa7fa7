{#- Minutes of the intervals that have a figure: completeness and mean power go by them, not by counts,
    since intervals of one series may differ in length. An aggregate.

    figure: SQL expression. length: SQL expression, minutes of an interval. -#}
{% macro known_minutes(figure, length='interval_minutes') -%}
    coalesce(sum({{ length }}) filter (where {{ figure }} is not null), 0)
{%- endmacro %}
