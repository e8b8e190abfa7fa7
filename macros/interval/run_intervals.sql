{#- One row per run of a dispatch that is not on a grid (ERCOT's SCED), with the end of the interval
    for which it holds: the next run of the same market day if that comes within `longest` minutes,
    else `nominal` minutes after the run.

    relation: has market_date and run_at (an instant). The next run is looked for within the market
    day alone, so that a day can be computed without its neighbours; the last run of a day is
    therefore always nominal. -#}
{% macro run_intervals(relation, longest=10, nominal=5) -%}
    select
        market_date,
        run_at,
        case
            when next_run_at <= {{ add_minutes('run_at', longest) }} then next_run_at
            else {{ add_minutes('run_at', nominal) }}
        end as run_ends_at
    from (
        select
            market_date,
            run_at,
            lead(run_at) over (partition by market_date order by run_at) as next_run_at
        from (select distinct market_date, run_at from {{ relation }} where run_at is not null)
    )
{%- endmacro %}
