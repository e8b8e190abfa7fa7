{#- SQL: the columns have these values (texts). -#}
{% macro same_values(columns, values) -%}
    {%- set terms = [] -%}
    {%- for column in columns -%}
        {%- do terms.append(
            column ~ " = '" ~ values[loop.index0] | string | replace("'", "''") ~ "'"
        ) -%}
    {%- endfor -%}
    {{ return(terms | join(' and ')) }}
{%- endmacro %}
