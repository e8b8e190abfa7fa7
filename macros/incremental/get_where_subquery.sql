{#- What a generic test looks at: in `dbt build` the rows that this build computed or takes in, in
    `dbt test` all rows (docs/decisions/0007_tests_of_a_build.md). A `where` of the test's own
    applies on top. Called by dbt for the `model` of each generic test. -#}
{% macro get_where_subquery(relation) -%}
    {%- set rows = relation | string -%}
    {%- if execute and flags.WHICH == 'build' and model.attached_node in graph.nodes -%}
        {%- set rows = rows_of_this_build(relation, graph.nodes[model.attached_node]) -%}
    {%- endif -%}
    {%- set where = config.get('where') -%}
    {%- if where or rows != relation | string -%}
        {{ return('(select * from ' ~ rows ~ ' as tested where ' ~ (where or 'true') ~ ') as dbt_subquery') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}
