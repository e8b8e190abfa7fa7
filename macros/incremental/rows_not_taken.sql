{#- Rows of a staging or intermediate view that at least one of the incremental tables below has not
    taken yet, as something to select from. Per area the oldest of the tables' watermarks counts; an
    area that one of them has never seen counts whole. Of an intermediate view these are whole days,
    since its joins look at days. -#}
{% macro rows_not_taken(relation, node, tables) -%}
    {%- set marks = {} -%}
    {%- set unseen = [] -%}
    {%- for table in tables -%}
        {%- set stored = adapter.get_relation(table.database, table.schema, table.alias) -%}
        {%- if not stored or 'iso' not in table.columns -%}
            {{ return(relation | string) }}
        {%- endif -%}
        {%- set areas = {} -%}
        {%- for mark in watermarks(stored, ['iso']) -%}
            {%- do areas.update({mark['values'][0]: mark['loaded_at']}) -%}
        {%- endfor -%}
        {%- do unseen.extend(marks | reject('in', areas) | list) -%}
        {%- for iso, loaded_at in areas.items() if loop.first or iso in marks or tables[0] == table -%}
            {%- do marks.update({iso: [marks.get(iso, loaded_at), loaded_at] | min}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set taken = [] -%}
    {%- for iso, loaded_at in marks.items() if iso not in unseen -%}
        {%- do taken.append({'values': [iso], 'loaded_at': loaded_at}) -%}
    {%- endfor -%}
    {%- if not taken -%}
        {{ return(relation | string) }}
    {%- endif -%}
    {%- if node.fqn[1] == 'intermediate' and 'market_date' in node.columns -%}
        {{ return(rows_of(relation, new_days(relation, ['iso'], 'market_date', taken))) }}
    {%- endif -%}
    {%- set selects = [] -%}
    {%- for mark in taken -%}
        {%- do selects.append(
            'select * from ' ~ relation ~ ' where ' ~ same_values(['iso'], mark['values'])
            ~ " and _loaded_at > timestamptz '" ~ mark['loaded_at'] ~ "'"
        ) -%}
    {%- endfor -%}
    {%- do selects.append(
        'select * from ' ~ relation ~ ' where '
        ~ other_values(['iso'], taken | map(attribute='values') | list)
    ) -%}
    {{ return('(' ~ selects | join('\nunion all\n') ~ ')') }}
{%- endmacro %}
