{#- The seeds that nodes of the project are or read, as a list of names; not those behind an incremental
    model, which passes on itself what changed.

    nodes: unique ids. -#}
{% macro seeds_read(nodes) -%}
    {%- set found = [] -%}
    {%- for node in nodes if node in graph.nodes -%}
        {%- if graph.nodes[node].resource_type == 'seed' -%}
            {%- do found.append(graph.nodes[node].name) -%}
        {%- elif graph.nodes[node].config.materialized != 'incremental' -%}
            {%- do found.extend(seeds_read(graph.nodes[node].depends_on.nodes)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | unique | sort) }}
{%- endmacro %}
