{{ config(materialized='view', schema='intermediate') }}

-- What the live fit leaves of the prices of its hold-out: all of it was fitted without them.
with explained as (
    select
        prices.market_date,
        prices.run_at,
        coefficients.location,
        coefficients.location_type,
        sum(prices.shadow_price * coefficients.beta) as congestion_price
    from {{ ref('features__sced_mu') }} as prices
    inner join {{ ref('ref__estimated_ptdf_metadata') }} as runs
        on
            prices.run_at >= runs.holdout_first_run_at
            and prices.run_at <= runs.last_run_at
    inner join {{ ref('ref__estimated_ptdf') }} as coefficients
        on
            prices.constraint_name = coefficients.constraint_name
            and prices.contingency_name = coefficients.contingency_name
            and coalesce(prices.from_station, '') = coefficients.from_station
            and coalesce(prices.to_station, '') = coefficients.to_station
    where prices.is_binding
    group by
        prices.market_date,
        prices.run_at,
        coefficients.location,
        coefficients.location_type
)

select
    targets.location,
    targets.location_type,
    targets.run_at,
    targets.congestion_price - intercepts.intercept + coalesce(explained.congestion_price, 0)
        as residual
from {{ ref('features__lmp_target') }} as targets
inner join {{ ref('ref__estimated_ptdf_metadata') }} as runs
    on
        targets.run_at >= runs.holdout_first_run_at
        and targets.run_at <= runs.last_run_at
inner join {{ ref('ref__estimated_ptdf_intercepts') }} as intercepts
    on
        targets.location = intercepts.location
        and targets.location_type = intercepts.location_type
left join explained
    on
        targets.market_date = explained.market_date
        and targets.run_at = explained.run_at
        and targets.location = explained.location
        and targets.location_type = explained.location_type
