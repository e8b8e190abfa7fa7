{#- A relation cut to ranges of days (see `day_ranges`), as something to select from; whole if there are
    none.

    One select per range instead of one condition with `or`: so the planner drops the branches of
    other operators, and a range of days reaches every landed table, through joins as well. -#}
{% macro rows_of(relation, ranges) -%}
    {%- if ranges is none -%}
        {{ return(relation | string) }}
    {%- endif -%}
    {%- set selects = [] -%}
    {%- for range in ranges -%}
        {%- do selects.append(
            'select * from ' ~ relation ~ " where iso = '" ~ range['iso'] ~ "' and market_date between date '"
            ~ range['first'] ~ "' and date '" ~ range['last'] ~ "'"
        ) -%}
    {%- endfor -%}
    {{ return(
        '(' ~ (selects | join('\nunion all\n') or 'select * from ' ~ relation ~ ' where false') ~ ')'
    ) }}
{%- endmacro %}
