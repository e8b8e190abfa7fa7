{#- A relation cut to the partitions that the build of this model has to compute; whole on a full
    build. Arguments as in `touched_partitions`. -#}
{% macro touched_rows(relation, groups=none, day=none, within='true') -%}
    {{ return(rows_of(relation, touched_partitions(relation, groups, day, within))) }}
{%- endmacro %}
