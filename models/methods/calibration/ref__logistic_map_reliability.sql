{{ config(materialized='view', alias='logistic_map_reliability') }}

with fits as (
    select
        iso,
        run_id,
        method_version,
        _built_at,
        unnest(reliability, recursive := true) as fields
    from {{ ref('int_calibration__fits') }}
)

select
    fits.iso,
    fits.run_id,
    fits.method_version,
    latest.run_id is not null as is_live,
    fits.horizon_minutes,
    fits.bin,
    fits.mean_p,
    fits.observed,
    fits.count,
    fits._built_at
from fits
left join {{ ref('int_calibration__latest_fit') }} as latest
    on
        fits.iso = latest.iso
        and fits.run_id = latest.run_id
