{#- A relation cut to partitions (of `touched_partitions`), as something to select from.

    One select per range instead of one condition with `or`: so the planner drops the branches of
    other operators, and a range of days reaches every landed table, through joins as well. -#}
{% macro rows_of(relation, partitions) -%}
    {%- if partitions is none -%}
        {{ return(relation | string) }}
    {%- endif -%}
    {%- set selects = [] -%}
    {%- for part in partitions -%}
        {%- set days = part['day'] ~ " between date '" ~ part['first'] ~ "' and date '"
            ~ part['last'] ~ "'" -%}
        {%- do selects.append(
            'select * from ' ~ relation ~ ' where '
            ~ (same_values(part['columns'], part['values']) or 'true') ~ ' and ' ~ days
        ) -%}
    {%- endfor -%}
    {{ return(
        '(' ~ (selects | join('\nunion all\n') or 'select * from ' ~ relation ~ ' where false') ~ ')'
    ) }}
{%- endmacro %}
