{#- The days for which rows landed that the fact being built does not hold yet, as ranges (see
    `day_ranges`); none if it is built whole.

    The fact keeps `_loaded_at`; the newest one of an area is its watermark, and an area that the fact
    has never seen is new, as all are if a seed that it reads changed (macro `rests_on_former_seeds`). The
    relation is an intermediate view over landed tables; the staging models
    that it unites are asked instead, which tell the same without its joins (they may name a day more,
    which is merely computed in vain). One select per area, so that the planner drops other operators'. -#}
{% macro landed_days(relation) -%}
    {%- if builds_whole() -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set marks = {} if rests_on_former_seeds() else watermarks('iso') -%}
    {%- set is_new = ["iso not in ('" ~ marks | join("', '") ~ "')"] -%}
    {%- for iso, loaded_at in marks.items() -%}
        {%- do is_new.append("iso = '" ~ iso ~ "' and _loaded_at > timestamptz '" ~ loaded_at ~ "'") -%}
    {%- endfor -%}
    {%- set selects = asked_days() -%}
    {%- for source in arrivals(relation) -%}
        {%- for condition in is_new -%}
            {%- do selects.append(
                'select iso, ' ~ source['days'] ~ ' as market_date from ' ~ source['relation']
                ~ ' where ' ~ condition
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(day_ranges(selects)) }}
{%- endmacro %}
