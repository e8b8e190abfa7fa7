{{ config(materialized='view', alias='estimated_ptdf_constraint_offsets_staged') }}

with fits as (
    select
        iso,
        run_id,
        unnest(constraint_offsets, recursive := true) as fields
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
    split_part(fits.constraint_key, chr(31), 1) as constraint_name,
    split_part(fits.constraint_key, chr(31), 2) as contingency_name,
    split_part(fits.constraint_key, chr(31), 3) as from_station,
    split_part(fits.constraint_key, chr(31), 4) as to_station,
    fits.mean_mu,
    fits.bound_interval_count,
    replace(fits.group_name, chr(31), '|') as group_name,
    fits.group_size,
    runs.fitted_at as _built_at
from fits
inner join {{ ref('int_ptdf__runs') }} as runs
    on
        fits.iso = runs.iso
        and fits.run_id = runs.run_id
