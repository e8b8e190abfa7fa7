{#- A view is replaced in one statement, which is as safe as dbt's way of making it under another name
    and renaming it twice, and spares a quarter of a build of views alone. -#}
{% materialization view, adapter='duckdb' -%}
    {%- set made = create_or_replace_view() -%}
    {%- do adapter.commit() -%}
    {{ return(made) }}
{%- endmaterialization %}
