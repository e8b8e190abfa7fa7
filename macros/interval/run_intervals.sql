{#- One row per run of ERCOT's dispatch (SCED), which is not on a grid, with the end of the interval for
    which it holds: the next run or the market's midnight, whichever comes first, if that is within
    `longest` minutes, else `nominal` minutes after the run.

    runs: query of market_date and run_at (an instant), a row per run. The next run is looked for within
    the market day alone, so that a day can be computed without its neighbours. -#}
{% macro run_intervals(runs, longest=10, nominal=5) -%}
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
            coalesce(
                lead(run_at) over (partition by market_date order by run_at),
                timezone('America/Chicago', cast(market_date + 1 as timestamp))
            ) as next_run_at
        from ({{ runs }})
    )
{%- endmacro %}
