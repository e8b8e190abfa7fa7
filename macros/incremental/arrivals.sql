{#- Where new rows of an intermediate view show first: the staging models that it unites, as a list of
    {relation, days}, where `days` is the SQL of the market days that a row of it concerns. A dispatch
    run concerns the next day too, which begins with its result (macro `held_rows`); reference data
    concern no day. -#}
{% macro arrivals(relation) -%}
    {%- set sources = [] -%}
    {%- for node in graph.get('nodes', {}).values() if node.relation_name == relation | string -%}
        {%- for parent in node.depends_on.nodes
            if parent in graph.nodes
            and graph.nodes[parent].fqn[1] == 'staging'
            and 'market_date' in graph.nodes[parent].columns -%}
            {%- set is_run = 'run_at' in graph.nodes[parent].columns -%}
            {%- do sources.append({
                'relation': graph.nodes[parent].relation_name,
                'days': 'unnest([market_date, market_date + 1])' if is_run else 'market_date'
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(sources) }}
{%- endmacro %}
