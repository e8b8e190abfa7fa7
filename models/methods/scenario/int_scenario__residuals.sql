{{ config(materialized='view', schema='intermediate') }}

-- What the live fit leaves of the prices of its hold-out, by which its penalty alone was chosen.
with explained as (
    select
        prices.market_date,
        prices.run_at,
        coefficients.location,
        coefficients.location_type,
        sum(prices.shadow_price * coefficients.beta) as congestion_price
    from {{ ref('int_scenario__shadow_prices') }} as prices
    inner join {{ ref('ref__estimated_ptdf_metadata') }} as runs
        on
            prices.run_at >= runs.holdout_first_run_at
            and prices.run_at <= runs.last_run_at
    inner join {{ ref('int_scenario__coefficients') }} as coefficients
        on
            prices.constraint_name = coefficients.constraint_name
            and prices.contingency_name = coefficients.contingency_name
    group by
        prices.market_date,
        prices.run_at,
        coefficients.location,
        coefficients.location_type
)

select
    intercepts.location,
    intercepts.location_type,
    targets.run_at,
    targets.congestion_price - intercepts.intercept + coalesce(explained.congestion_price, 0)
        as residual
from {{ ref('int_ptdf__targets') }} as targets
inner join {{ ref('ref__estimated_ptdf_metadata') }} as runs
    on
        targets.run_at >= runs.holdout_first_run_at
        and targets.run_at <= runs.last_run_at
inner join {{ ref('ref__estimated_ptdf_intercepts') }} as intercepts
    on targets.location_key = intercepts.location || chr(31) || intercepts.location_type
left join explained
    on
        targets.market_date = explained.market_date
        and targets.run_at = explained.run_at
        and intercepts.location = explained.location
        and intercepts.location_type = explained.location_type
where targets.is_explained
