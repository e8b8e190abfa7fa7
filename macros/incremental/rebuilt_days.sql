{#- The days that builds computed in `relations` since the last build of the model that reads them, as
    ranges (see `day_ranges`); none if that model is built whole.

    For models over tables that keep `_built_at`, the start of the build that computed a row. Whatever
    computed a day (a build of other models, one that was killed before it came here, a full refresh),
    its start is later than the one that this model holds, if this model has not read it. A model whose
    days give no row holds no later start, and looks at the same days again. All days, if a seed that it
    reads changed (macro `rests_on_former_seeds`).

    landed: staging models that it reads beside them, of which rows that landed since count.
    days: what days of the model a row concerns, where it is not its own alone. -#}
{% macro rebuilt_days(relations, landed=[], days='market_date') -%}
    {%- if builds_whole() -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set built_at = none if rests_on_former_seeds() else
        run_query('select cast(max(_built_at) as text) from ' ~ this).columns[0][0] -%}
    {%- set selects = asked_days() -%}
    {%- for relation in relations + landed -%}
        {%- set stamp = '_built_at' if relation in relations else '_loaded_at' -%}
        {%- do selects.append(
            'select iso, ' ~ days ~ ' as market_date from ' ~ relation
            ~ (' where ' ~ stamp ~ " > timestamptz '" ~ built_at ~ "'" if built_at else '')
        ) -%}
    {%- endfor -%}
    {{ return(day_ranges(selects)) }}
{%- endmacro %}
