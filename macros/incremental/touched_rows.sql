{#- An intermediate view cut to the days that a build of the fact over it has to compute; whole if the
    fact is built whole. -#}
{% macro touched_rows(relation) -%}
    {{ return(rows_of(relation, landed_days(relation))) }}
{%- endmacro %}
