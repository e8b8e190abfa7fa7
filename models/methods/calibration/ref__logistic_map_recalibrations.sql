{{ config(materialized='view', alias='logistic_map_recalibrations') }}

with fits as (
    select
        iso,
        run_id,
        method_version,
        _built_at,
        unnest(recalibrations, recursive := true) as fields
    from {{ ref('int_calibration__fits') }}
)

select
    fits.iso,
    fits.run_id,
    fits.method_version,
    latest.run_id is not null as is_live,
    fits.horizon_minutes,
    fits.method,
    fits.slope,
    fits.intercept,
    fits.knots_p,
    fits.knots_y,
    fits._built_at
from fits
left join {{ ref('int_calibration__latest_fit') }} as latest
    on
        fits.iso = latest.iso
        and fits.run_id = latest.run_id
