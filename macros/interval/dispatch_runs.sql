{#- Query of market_date and run_at, a row per dispatch run that one of the staging models `feeds` knows. -#}
{% macro dispatch_runs(feeds) -%}
    select distinct market_date, run_at from (
        {%- for feed in feeds %}
        select market_date, run_at from {{ feed }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
