{#- The newest `_loaded_at` of each group of rows that the model being built holds, as a mapping from the
    group to the instant as text in UTC. group: name of a column. -#}
{% macro watermarks(group) -%}
    {%- set marks = {} -%}
    {%- set found = run_query(
        'select ' ~ group ~ ', cast(max(_loaded_at) as text) from ' ~ this ~ ' group by ' ~ group
    ) -%}
    {%- for row in found.rows -%}
        {%- do marks.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {{ return(marks) }}
{%- endmacro %}
