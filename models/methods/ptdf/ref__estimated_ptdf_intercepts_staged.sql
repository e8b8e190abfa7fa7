{{ config(materialized='view', alias='estimated_ptdf_intercepts_staged') }}

with fits as (
    select
        iso,
        run_id,
        unnest(locations, recursive := true) as fields
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
    fits.intercept,
    fits.mean_price,
    fits.penalty_share,
    fits.train_interval_count as interval_count,
    runs.fitted_at as _built_at
from fits
inner join {{ ref('int_ptdf__runs') }} as runs
    on
        fits.iso = runs.iso
        and fits.run_id = runs.run_id
where fits.intercept is not null
