{#- Where new rows of a relation show first: the staging models that an intermediate view unites, by
    name, or the relation itself. -#}
{% macro arrivals(relation) -%}
    {%- set sources = [] -%}
    {%- for node in graph.nodes.values() if node.relation_name == relation | string -%}
        {%- for parent in node.depends_on.nodes
            if parent in graph.nodes and graph.nodes[parent].fqn[1] == 'staging' -%}
            {%- do sources.append(graph.nodes[parent].relation_name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(sources or [relation | string]) }}
{%- endmacro %}
