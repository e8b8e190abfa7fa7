{{ config(materialized='view', schema='intermediate') }}

select
    fits.iso,
    fits.run_id,
    fits._built_at as fitted_at,
    fits.method_version,
    fits.first_market_date,
    fits.last_market_date,
    fits.first_run_at,
    fits.holdout_first_run_at,
    fits.last_run_at,
    live.run_id is not null as is_live,
    live.promoted_at,
    live.decided_by,
    live.reason as promotion_reason
from {{ ref('int_ptdf__fit') }} as fits
left join {{ ref('int_ptdf__live_run') }} as live
    on
        fits.iso = live.iso
        and fits.run_id = live.run_id
