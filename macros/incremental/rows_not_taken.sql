{#- Rows of a staging or intermediate view that at least one of the incremental tables below has not
    taken yet, as something to select from. Per area the oldest of the tables' watermarks counts; an
    area that one of them has never seen counts whole. -#}
{% macro rows_not_taken(relation, tables) -%}
    {%- set marks = {} -%}
    {%- set unseen = [] -%}
    {%- for table in tables -%}
        {%- set stored = adapter.get_relation(table.database, table.schema, table.alias) -%}
        {%- if not stored or 'iso' not in table.columns -%}
            {{ return(relation | string) }}
        {%- endif -%}
        {%- set first = loop.first -%}
        {%- set areas = [] -%}
        {%- for mark in watermarks(stored, ['iso']) -%}
            {%- set iso = mark['values'][0] -%}
            {%- do areas.append(iso) -%}
            {%- if first or iso in marks -%}
                {%- do marks.update({iso: [marks.get(iso, mark['loaded_at']), mark['loaded_at']] | min}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do unseen.extend(marks | reject('in', areas) | list) -%}
    {%- endfor -%}
    {%- for iso in unseen | unique -%}
        {%- do marks.pop(iso, none) -%}
    {%- endfor -%}
    {%- if not marks -%}
        {{ return(relation | string) }}
    {%- endif -%}
    {%- set selects = [] -%}
    {%- for iso, loaded_at in marks.items() -%}
        {%- do selects.append(
            'select * from ' ~ relation ~ " where iso = '" ~ iso ~ "' and _loaded_at > timestamptz '"
            ~ loaded_at ~ "'"
        ) -%}
    {%- endfor -%}
    {%- do selects.append(
        'select * from ' ~ relation ~ " where iso not in ('" ~ marks.keys() | join("', '") ~ "')"
    ) -%}
    {{ return('(' ~ selects | join('\nunion all\n') ~ ')') }}
{%- endmacro %}
