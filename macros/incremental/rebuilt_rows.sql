{#- A mart cut to the days that a build of the model over it has to compute; whole if that model is
    built whole. -#}
{% macro rebuilt_rows(relation) -%}
    {{ return(rows_of(relation, rebuilt_days([relation]))) }}
{%- endmacro %}
