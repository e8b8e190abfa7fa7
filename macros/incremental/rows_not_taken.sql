{#- Rows of a staging or intermediate view that at least one of the incremental tables below has not
    taken yet, as something to select from. Per area the oldest of the tables' watermarks counts; an
    area that one of them has never seen counts whole. Of an intermediate view these are whole days,
    since its joins look at days. -#}
{% macro rows_not_taken(relation, node, tables) -%}
    {%- set marks = {} -%}
    {%- for table in tables -%}
        {%- set stored = adapter.get_relation(table.database, table.schema, table.alias) -%}
        {%- if not stored or 'iso' not in table.columns -%}
            {{ return(relation | string) }}
        {%- endif -%}
        {%- for mark in watermarks(stored, ['iso']) -%}
            {%- do marks.setdefault(mark['values'][0], []).append(mark['loaded_at']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set taken = [] -%}
    {%- for iso, instants in marks.items() if instants | length == tables | length -%}
        {%- do taken.append({'values': [iso], 'loaded_at': instants | min}) -%}
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
