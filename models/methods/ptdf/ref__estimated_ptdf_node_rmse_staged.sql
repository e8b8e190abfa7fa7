{{ config(materialized='view', alias='estimated_ptdf_node_rmse_staged') }}

with fits as (
    select
        iso,
        run_id,
        unnest(locations, recursive := true) as fields
    from {{ ref('int_ptdf__fit') }}
),

errors as (
    select
        iso,
        run_id,
        unnest(holdout_errors, recursive := true) as fields
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
    split_part(fits.location_key, chr(31), 1) as location,
    split_part(fits.location_key, chr(31), 2) as location_type,
    fits.status,
    fits.train_interval_count,
    fits.holdout_interval_count,
    fits.train_rmse,
    fits.holdout_rmse,
    fits.baseline_rmse,
    1 - fits.holdout_rmse / nullif(fits.baseline_rmse, 0) as improvement,
    errors.mae as holdout_mae,
    errors.baseline_mae,
    runs.fitted_at as _built_at
from fits
inner join {{ ref('int_ptdf__runs') }} as runs
    on
        fits.iso = runs.iso
        and fits.run_id = runs.run_id
left join errors
    on
        fits.iso = errors.iso
        and fits.run_id = errors.run_id
        and fits.location_key = errors.location_key
