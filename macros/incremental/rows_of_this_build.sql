{#- The rows of a model that the running build computed or takes in, as something to select from; all
    of them where that cannot be told.

    A table that keeps `_built_at` tells it itself. A view on such a table shows the days that were
    computed there. Staging and intermediate views have to prove what the incremental tables below
    them have not taken yet. -#}
{% macro rows_of_this_build(relation, node) -%}
    {%- if '_built_at' in node.columns -%}
        {{ return('(select * from ' ~ relation ~ ' where _built_at = ' ~ built_at() ~ ')') }}
    {%- endif -%}
    {%- if node.config.materialized != 'view' or flags.FULL_REFRESH -%}
        {{ return(relation | string) }}
    {%- endif -%}
    {%- if node.fqn[1] in ['staging', 'intermediate'] and '_loaded_at' in node.columns -%}
        {{ return(rows_not_taken(relation, node, incremental_models(node, upward=false))) }}
    {%- endif -%}
    {%- set bases = incremental_models(node, upward=true) -%}
    {%- if node.fqn[1] in ['marts', 'views'] and bases | length == 1 -%}
        {{ return(rows_of(relation, rebuilt_partitions(node, bases[0]))) }}
    {%- endif -%}
    {{ return(relation | string) }}
{%- endmacro %}
