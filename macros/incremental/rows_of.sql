{#- A relation cut to ranges of days (see `day_ranges`), as something to select from; whole if there are
    none.

    One select per range instead of one condition with `or`: so the planner drops the branches of
    other operators, and a range of days reaches every landed table, through joins as well. For the
    latter a row of the day before needs its own range: landed_date names the column of that day. -#}
{% macro rows_of(relation, ranges, landed_date=none) -%}
    {%- if ranges is none -%}
        {{ return(relation | string) }}
    {%- endif -%}
    {%- set selects = [] -%}
    {%- for range in ranges -%}
        {%- do selects.append(
            'select * from ' ~ relation ~ " where iso = '" ~ range['iso'] ~ "' and market_date between date '"
            ~ range['first'] ~ "' and date '" ~ range['last'] ~ "'" ~ (
                ' and ' ~ landed_date ~ " between date '" ~ range['first'] ~ "' - 1 and date '"
                ~ range['last'] ~ "'" if landed_date else ''
            )
        ) -%}
    {%- endfor -%}
    {{ return(
        '(' ~ (selects | join('\nunion all\n') or 'select * from ' ~ relation ~ ' where false') ~ ')'
    ) }}
{%- endmacro %}
