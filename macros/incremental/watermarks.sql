{#- The newest `_loaded_at` of each group of a relation's rows: a list of {values, loaded_at}, the
    instant as text in UTC. within: SQL condition on the rows. -#}
{% macro watermarks(relation, groups, within='true') -%}
    {%- set found = run_query(
        'select ' ~ groups | join(', ') ~ ', cast(max(_loaded_at) as text) as loaded_at from ' ~ relation
        ~ ' where ' ~ within ~ ' group by ' ~ groups | join(', ')
    ) -%}
    {%- set marks = [] -%}
    {%- for row in found.rows -%}
        {%- set cells = row.values() | list -%}
        {%- do marks.append({'values': cells[:-1], 'loaded_at': cells[-1]}) -%}
    {%- endfor -%}
    {{ return(marks) }}
{%- endmacro %}
