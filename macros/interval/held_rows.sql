{#- The rows of ERCOT's dispatch runs with the interval for which they hold, as `interval_start` and
    `interval_end` (docs/decisions/0003_sced_intervals.md).

    A day's last run holds until midnight here, and its rows come a second time under the next day:
    from midnight to that day's first run, if this follows the last one within `longest` minutes.

    relation: staging model with market_date and run_at. feeds: the staging models that know of runs.
    `run_date` is the market day of the run. Filters on market_date and on run_date reach each scan,
    and make a day cheap in a long history, because all joins are on days and nothing is a CTE. -#}
{% macro held_rows(relation, feeds, longest=10) -%}
    {%- set runs -%}
        select distinct market_date, run_at from (
            {%- for feed in feeds %}
            select market_date, run_at from {{ feed }}
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        )
    {%- endset -%}
    select
        held.*,
        held.market_date as run_date,
        held.run_at as interval_start,
        runs.run_ends_at as interval_end
    from {{ relation }} as held
    inner join ({{ run_intervals(runs, longest) }}) as runs
        on
            held.market_date = runs.market_date
            and held.run_at = runs.run_at
    union all
    select
        held.* replace (firsts.market_date as market_date),
        held.market_date as run_date,
        timezone('America/Chicago', cast(firsts.market_date as timestamp)) as interval_start,
        firsts.run_at as interval_end
    from {{ relation }} as held
    inner join (
        select market_date, max(run_at) as run_at from ({{ runs }}) group by all
    ) as lasts
        on
            held.market_date = lasts.market_date
            and held.run_at = lasts.run_at
    inner join (
        select market_date, min(run_at) as run_at from ({{ runs }}) group by all
    ) as firsts
        on
            lasts.market_date + 1 = firsts.market_date
            and firsts.run_at <= {{ add_minutes('lasts.run_at', longest) }}
            and firsts.run_at > timezone('America/Chicago', cast(firsts.market_date as timestamp))
{%- endmacro %}
