{{ config(materialized='view', alias='estimated_ptdf_fit_metrics_staged') }}

with fits as (
    select
        iso,
        run_id,
        unnest(penalties, recursive := true) as fields
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
    row_number() over (partition by fits.run_id order by fits.penalty_share desc)
        as penalty_rank,
    fits.penalty_share,
    fits.holdout_rmse,
    fits.seen_rmse,
    fits.mean_nonzero_count,
    fits.most_gap,
    fits.mean_iterations,
    fits.converged_share,
    runs.fitted_at as _built_at
from fits
inner join {{ ref('int_ptdf__runs') }} as runs
    on
        fits.iso = runs.iso
        and fits.run_id = runs.run_id
