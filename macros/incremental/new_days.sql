{#- The days that have rows newer than the marks, as ranges of days (see `touched_partitions`).

    relation: an intermediate view over landed tables is not asked itself; the staging models that it
        unites tell the same without its joins (they may name a day more, which is merely computed
        in vain).
    marks: list of {values, loaded_at} as `watermarks` gives it. A group without a mark is new. -#}
{% macro new_days(relation, groups, day, marks) -%}
    {%- set pieces = [] -%}
    {%- for source in arrivals(relation) -%}
        {%- for mark in marks -%}
            {%- do pieces.append(
                'select distinct ' ~ (groups + [day]) | join(', ') ~ ' from ' ~ source
                ~ ' where ' ~ same_values(groups, mark['values'])
                ~ " and _loaded_at > timestamptz '" ~ mark['loaded_at'] ~ "'"
            ) -%}
        {%- endfor -%}
        {%- do pieces.append(
            'select distinct ' ~ (groups + [day]) | join(', ') ~ ' from ' ~ source
            ~ ' where ' ~ other_values(groups, marks | map(attribute='values') | list)
        ) -%}
    {%- endfor -%}
    {%- set found = run_query(
        'select distinct ' ~ groups | join(', ') ~ ', ' ~ day ~ " - date '1970-01-01' as day_number from ("
        ~ pieces | join('\nunion all\n') ~ ') where ' ~ day ~ ' is not null order by all'
    ) -%}
    {{ return(day_ranges(found.rows, groups, day)) }}
{%- endmacro %}
