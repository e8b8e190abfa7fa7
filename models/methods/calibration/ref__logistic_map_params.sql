{{ config(materialized='view', alias='logistic_map_params') }}

with fits as (
    select
        iso,
        run_id,
        method_version,
        _built_at,
        unnest(params, recursive := true) as fields
    from {{ ref('int_calibration__fits') }}
)

select
    fits.iso,
    fits.run_id,
    fits.method_version,
    latest.run_id is not null as is_live,
    split_part(fits.constraint_key, chr(31), 1) as constraint_name,
    split_part(fits.constraint_key, chr(31), 2) as contingency_name,
    split_part(fits.constraint_key, chr(31), 3) as from_station,
    split_part(fits.constraint_key, chr(31), 4) as to_station,
    fits.horizon_minutes,
    fits.method,
    fits.base_rate,
    fits.intercept,
    fits.positives,
    fits.row_count,
    fits.converged,
    fits.level_method,
    fits.level_intercept,
    fits.level_sd,
    fits.max_shadow_price,
    fits.weights,
    fits._built_at
from fits
left join {{ ref('int_calibration__latest_fit') }} as latest
    on
        fits.iso = latest.iso
        and fits.run_id = latest.run_id
