{#- Drops what builds have left of models in Python that are incremental: dbt takes the table of their
    new rows for a temporary one, which it is not, so it would stay in the warehouse for good. Those
    of a build that broke off go with the next one. Nothing but such a table has the name of a model,
    the word and an instant of twenty digits. -#}
{% macro drop_leftovers() -%}
    {%- if execute -%}
        {%- set models = graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'model')
            | selectattr('language', 'equalto', 'python')
            | map(attribute='alias') | join('|') -%}
        {%- set left -%}
            select format('drop table main."{}"', table_name)
            from duckdb_tables()
            where
                database_name = '{{ target.database }}'
                and schema_name = 'main'
                and regexp_full_match(table_name, '({{ models }})__dbt_tmp\d{20}')
        {%- endset -%}
        {%- for row in run_query(left) %}
            {{- row[0] }};
        {% endfor -%}
    {%- endif -%}
{%- endmacro %}
