{{ config(materialized='view', alias='estimated_ptdf_metadata_staged') }}

with fits as (
    select
        iso,
        run_id,
        status,
        reason,
        unexplained_interval_count,
        dropped_interval_count,
        rare,
        unnest(metadata) as fields
    from {{ ref('int_ptdf__fit') }}
)

select
    runs.iso,
    runs.run_id,
    runs.fitted_at,
    runs.method_version,
    runs.first_run_at,
    runs.last_run_at,
    runs.is_live,
    runs.first_market_date,
    runs.last_market_date,
    runs.holdout_first_run_at,
    fits.status,
    -- a location's own status is in `ref.estimated_ptdf_node_rmse`
    fits.reason,
    fits.train_interval_count + fits.holdout_interval_count as interval_count,
    fits.holdout_interval_count,
    fits.seen_interval_count,
    fits.unexplained_interval_count,
    fits.dropped_interval_count,
    fits.rare,
    fits.location_count,
    fits.fitted_location_count,
    fits.constraint_count,
    fits.group_count,
    fits.l1_ratio,
    fits.baseline_rmse,
    fits.holdout_rmse,
    fits.improvement,
    fits.promote as is_promotable,
    fits.is_penalty_pooled,
    fits.is_best_at_edge,
    fits.unseen_share,
    fits.most_gap,
    fits.converged_share,
    runs.promoted_at,
    runs.decided_by,
    runs.promotion_reason,
    runs.fitted_at as _built_at
from fits
inner join {{ ref('int_ptdf__runs') }} as runs
    on
        fits.iso = runs.iso
        and fits.run_id = runs.run_id
