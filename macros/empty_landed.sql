{#- No rows, with the columns and types that the source declares for a landed table, and those that
    every landed table has. -#}
{% macro empty_landed(relation) -%}
    {%- set columns = [] -%}
    {%- for source in graph.sources.values()
        if source.schema == relation.schema and source.identifier == relation.identifier -%}
        {%- for column in source.columns.values() -%}
            {%- do columns.append((column.name, column.data_type)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set lineage = [
        ('_file_id', 'text'), ('_row_number', 'bigint'), ('_published_at', 'timestamptz'),
        ('_fetched_at', 'timestamptz'), ('_loaded_at', 'timestamptz')
    ] -%}
    select
    {%- for name, type in columns + lineage %}
        cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
    where false
{%- endmacro %}
