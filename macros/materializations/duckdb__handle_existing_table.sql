{#- Drops a table where a view of that name comes, in the transaction that makes the view: if that
    fails, the table stays. -#}
{% macro duckdb__handle_existing_table(full_refresh, old_relation) -%}
    {%- call statement('drop_table') -%}
        drop table {{ old_relation }}
    {%- endcall -%}
{%- endmacro %}
