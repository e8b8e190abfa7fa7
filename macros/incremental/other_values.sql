{#- SQL: the columns have none of these combinations of values (texts); true where there is none. -#}
{% macro other_values(columns, combinations) -%}
    {%- set terms = [] -%}
    {%- for values in combinations -%}
        {%- do terms.append('not (' ~ same_values(columns, values) ~ ')') -%}
    {%- endfor -%}
    {{ return(terms | join(' and ') or 'true') }}
{%- endmacro %}
