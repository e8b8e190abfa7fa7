{#- `dispatched_rows`, and those of a day's last run a second time under the next day: from midnight to
    that day's first run, if this follows the last one within `longest` minutes. `run_date` is the market
    day of the run; filters on it reach each scan, as those on market_date do. -#}
{% macro held_rows(relation, feeds, longest=10) -%}
    select
        *,
        market_date as run_date
    from ({{ dispatched_rows(relation, feeds, longest) }})
    union all by name
    select
        held.* replace (firsts.market_date as market_date),
        held.market_date as run_date,
        timezone('America/Chicago', cast(firsts.market_date as timestamp)) as interval_start,
        firsts.run_at as interval_end
    from {{ relation }} as held
    inner join (
        select market_date, max(run_at) as run_at from ({{ dispatch_runs(feeds) }}) group by all
    ) as lasts
        on
            held.market_date = lasts.market_date
            and held.run_at = lasts.run_at
    inner join (
        select market_date, min(run_at) as run_at from ({{ dispatch_runs(feeds) }}) group by all
    ) as firsts
        on
            lasts.market_date + 1 = firsts.market_date
            and firsts.run_at <= {{ add_minutes('lasts.run_at', longest) }}
            and firsts.run_at > timezone('America/Chicago', cast(firsts.market_date as timestamp))
{%- endmacro %}
