{#- Sorted rows (group values ..., day number since 1970-01-01) as the list of ranges that
    `touched_partitions` returns, days as ISO dates. At most `limit` ranges per group: gaps of up to a
    week are bridged, then of a month, then any. -#}
{% macro day_ranges(rows, groups, day, limit=12) -%}
    {%- set by_group = {} -%}
    {%- for row in rows -%}
        {%- set cells = row.values() | list -%}
        {%- do by_group.setdefault(cells[:-1] | join('\x1f'), []).append(cells) -%}
    {%- endfor -%}
    {%- set ranges = [] -%}
    {%- for cells in by_group.values() -%}
        {%- set chosen = namespace(spans=none) -%}
        {%- for gap in [1, 7, 31, 1000000] if chosen.spans is none -%}
            {%- set spans = [] -%}
            {%- for cell in cells -%}
                {%- set number = cell[-1] | int -%}
                {%- if spans and number - spans[-1][1] <= gap -%}
                    {%- do spans.append([spans.pop()[0], number]) -%}
                {%- else -%}
                    {%- do spans.append([number, number]) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if spans | length <= limit -%}
                {%- set chosen.spans = spans -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set epoch = modules.datetime.date(1970, 1, 1) -%}
        {%- for span in chosen.spans -%}
            {%- do ranges.append({
                'columns': groups,
                'values': cells[0][:-1] | list,
                'day': day,
                'first': (epoch + modules.datetime.timedelta(days=span[0])).isoformat(),
                'last': (epoch + modules.datetime.timedelta(days=span[1])).isoformat()
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(ranges) }}
{%- endmacro %}
