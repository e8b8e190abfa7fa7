{#- The rows of ERCOT's dispatch runs with the interval for which they hold, as `interval_start` and
    `interval_end` (docs/decisions/0003_sced_intervals.md). A day's last run holds until midnight.

    relation: staging model with market_date and run_at. feeds: the staging models that know of runs.
    Filters on market_date reach each scan, because joins are on days and nothing is a CTE. -#}
{% macro dispatched_rows(relation, feeds, longest=10) -%}
    select
        dispatched.*,
        dispatched.run_at as interval_start,
        runs.run_ends_at as interval_end
    from {{ relation }} as dispatched
    inner join ({{ run_intervals(dispatch_runs(feeds), longest) }}) as runs
        on
            dispatched.market_date = runs.market_date
            and dispatched.run_at = runs.run_at
{%- endmacro %}
