{#- An intermediate view cut to the days that a build of the fact over it has to compute; whole if the
    fact is built whole.

    landed_date: column with the market day of the landed row, where that may be the day before. -#}
{% macro touched_rows(relation, landed_date=none) -%}
    {{ return(rows_of(relation, landed_days(relation), landed_date)) }}
{%- endmacro %}
