{#- Where new rows of an intermediate view show first: the staging models that it unites. -#}
{% macro arrivals(relation) -%}
    {%- set sources = [] -%}
    {%- for node in graph.nodes.values() if node.relation_name == relation | string -%}
        {%- for parent in node.depends_on.nodes
            if parent in graph.nodes and graph.nodes[parent].fqn[1] == 'staging' -%}
            {%- do sources.append(graph.nodes[parent].relation_name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(sources) }}
{%- endmacro %}
