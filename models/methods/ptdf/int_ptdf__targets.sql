{{ config(materialized='view', schema='intermediate') }}
{#- Prices that differ by more than rounding in a run without shadow prices: the file of its
    constraints has not landed, or never came. Of a run without system lambda nothing can be told. -#}
{%- set rounding = 0.05 -%}

with bound as (
    select
        market_date,
        run_at
    from {{ ref('features__sced_mu') }}
    where is_binding
    group by
        market_date,
        run_at
)

select
    'ERCOT' as iso,
    targets.market_date,
    targets.run_at,
    targets.location || chr(31) || targets.location_type as location_key,
    targets.congestion_price,
    targets.congestion_price is not null
    and (
        bound.run_at is not null
        or max(abs(targets.congestion_price))
            over (partition by targets.market_date, targets.run_at)
        <= {{ rounding }}
    ) as is_explained,
    targets._built_at
from {{ ref('features__lmp_target') }} as targets
left join bound
    on
        targets.market_date = bound.market_date
        and targets.run_at = bound.run_at
