{{ config(materialized='view', schema='intermediate') }}
{#- Prices of hubs and zones that differ by more than rounding in a run without shadow prices: the
    file of its constraints has not landed, or never came. A run without those prices cannot be told,
    and does not count even where shadow prices are there: with those alone that have one, congestion
    would seem to be in every run. -#}
{%- set rounding = 0.05 -%}

with bound as (
    select
        market_date,
        run_at,
        max(published_at) as published_at
    from {{ ref('features__sced_mu') }}
    where is_binding
    group by
        market_date,
        run_at
),

spreads as (
    select
        market_date,
        run_at,
        max(abs(congestion_price)) as spread,
        max(published_at) as published_at
    from {{ ref('features__lmp_target') }}
    where location_type in ('HUB', 'ZONE')
    group by
        market_date,
        run_at
)

select
    'ERCOT' as iso,
    runs.market_date,
    runs.run_at,
    runs.energy_price as system_lambda,
    spreads.spread is not null
    and (bound.run_at is not null or spreads.spread <= {{ rounding }}) as is_explained,
    bound.published_at as shadow_prices_at,
    greatest(runs.run_at, bound.published_at, spreads.published_at, runs.published_at) as known_at
from {{ ref('features__sced_runs') }} as runs
left join bound
    on
        runs.market_date = bound.market_date
        and runs.run_at = bound.run_at
left join spreads
    on
        runs.market_date = spreads.market_date
        and runs.run_at = spreads.run_at
