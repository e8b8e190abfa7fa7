{#- The nearest incremental tables that a model reads (upward) or that read it, through views: nodes
    that keep `_loaded_at`. -#}
{% macro incremental_models(node, upward) -%}
    {%- set found = [] -%}
    {%- set search = namespace(front=[node]) -%}
    {%- for depth in range(6) if search.front -%}
        {%- set reached = [] -%}
        {%- for here in search.front -%}
            {%- for other in graph.nodes.values() if other.resource_type == 'model' and (
                other.unique_id in here.depends_on.nodes if upward
                else here.unique_id in other.depends_on.nodes
            ) -%}
                {%- if other.config.materialized == 'view' -%}
                    {%- do reached.append(other) -%}
                {%- elif '_loaded_at' in other.columns and other not in found -%}
                    {%- do found.append(other) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set search.front = reached -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
