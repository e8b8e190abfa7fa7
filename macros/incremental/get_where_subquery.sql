{#- What a generic test looks at: the rows that no passed test has seen (macro `untested`), by the
    stamp that the model keeps, or all rows of a model that keeps none. A `where` of the test's own
    applies on top. Called by dbt for the `model` of each generic test. -#}
{% macro get_where_subquery(relation) -%}
    {%- set columns = graph.nodes.get(model.attached_node, {}).get('columns', {}) if execute else {} -%}
    {%- set stamp = ['_built_at', '_loaded_at'] | select('in', columns) | first -%}
    {%- set conditions = ['(' ~ config.get('where') ~ ')'] if config.get('where') else [] -%}
    {%- if stamp and untested(stamp) != 'true' -%}
        {%- do conditions.append(untested(stamp)) -%}
    {%- endif -%}
    {%- if conditions -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ conditions | join(' and ') ~ ') as dbt_subquery') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}
