{#- Rows of a table of a synthetic market's truth, in the folder that the variable `truth` names; none
    of them where it names none. columns: their types by name, for that case. -#}
{% macro truth_rows(table, columns) -%}
    {%- if var('truth', none) -%}
        read_parquet('{{ var("truth") }}/{{ table }}/*.parquet')
    {%- else -%}
        (select {% for name, type in columns.items() -%}
            cast(null as {{ type }}) as {{ name }}{{ ', ' if not loop.last }}
        {%- endfor %} where false)
    {%- endif -%}
{%- endmacro %}
