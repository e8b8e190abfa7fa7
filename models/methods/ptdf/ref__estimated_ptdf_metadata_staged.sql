{{ config(materialized='view', alias='estimated_ptdf_metadata_staged') }}

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
    fits.metadata.train_interval_count + fits.metadata.holdout_interval_count as interval_count,
    fits.metadata.holdout_interval_count as holdout_interval_count,
    fits.metadata.seen_interval_count as seen_interval_count,
    fits.unexplained_interval_count,
    fits.dropped_interval_count,
    fits.rare,
    fits.metadata.location_count as location_count,
    fits.metadata.fitted_location_count as fitted_location_count,
    fits.metadata.constraint_count as constraint_count,
    fits.metadata.group_count as group_count,
    fits.metadata.l1_ratio as l1_ratio,
    fits.metadata.baseline_rmse as baseline_rmse,
    fits.metadata.holdout_rmse as holdout_rmse,
    fits.metadata.improvement as improvement,
    fits.metadata.promote as is_promotable,
    fits.metadata.is_penalty_pooled as is_penalty_pooled,
    fits.metadata.is_best_at_edge as is_best_at_edge,
    fits.metadata.unseen_share as unseen_share,
    fits.metadata.most_gap as most_gap,
    fits.metadata.converged_share as converged_share,
    runs.promoted_at,
    runs.decided_by,
    runs.promotion_reason,
    runs.fitted_at as _built_at
from {{ ref('int_ptdf__fit') }} as fits
inner join {{ ref('int_ptdf__runs') }} as runs
    on
        fits.iso = runs.iso
        and fits.run_id = runs.run_id
