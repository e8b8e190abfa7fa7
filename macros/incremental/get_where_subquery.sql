{#- What a generic test looks at: the rows that no passed test has seen (macro `untested`), by the
    stamp that the model keeps, or all rows of a model that keeps none. A `where` of the test's own
    applies on top. Called by dbt for the `model` of each generic test.

    Of an intermediate view over landed tables it is the days of such rows: its joins go by days, and
    the stamp alone would have them read a whole history. -#}
{% macro get_where_subquery(relation) -%}
    {%- set node = graph.nodes.get(model.attached_node, {}) if execute else {} -%}
    {%- set columns = node.get('columns', {}) -%}
    {%- set stamp = ['_built_at', '_loaded_at'] | select('in', columns) | first -%}
    {%- set conditions = ['(' ~ config.get('where') ~ ')'] if config.get('where') else [] -%}
    {%- set rows = relation | string -%}
    {%- if stamp and untested(stamp) != 'true' -%}
        {%- set selects = [] -%}
        {%- for source in arrivals(relation) if node.fqn[1] == 'intermediate' and stamp == '_loaded_at' -%}
            {%- do selects.append(
                'select iso, ' ~ source['days'] ~ ' as market_date from ' ~ source['relation']
                ~ ' where ' ~ untested('_loaded_at')
            ) -%}
        {%- endfor -%}
        {%- if selects -%}
            {%- set rows = rows_of(
                relation, day_ranges(selects), 'run_date' if 'run_date' in columns else none
            ) -%}
        {%- else -%}
            {%- do conditions.append(untested(stamp)) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if conditions or rows != relation | string -%}
        {{ return('(select * from ' ~ rows ~ ' as tested where '
            ~ (conditions | join(' and ') or 'true') ~ ') as dbt_subquery') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}
