{#- SQL condition for singular tests: the row was computed by the running `dbt build`; true in
    `dbt test`, which looks at everything. table: its alias, where columns need one. -#}
{% macro in_this_build(table=none) -%}
    {%- if flags.WHICH != 'build' -%}
        true
    {%- else -%}
        {{ table ~ '.' if table }}_built_at = {{ built_at() }}
    {%- endif -%}
{%- endmacro %}
