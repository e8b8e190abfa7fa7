{#- The start of this invocation of dbt as an instant: rows that it computes carry it. -#}
{% macro built_at() -%}
    cast('{{ run_started_at.isoformat() }}' as timestamptz)
{%- endmacro %}
