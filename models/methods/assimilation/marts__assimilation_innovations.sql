{{ config(materialized='view', schema='marts', alias='assimilation_innovations') }}

with fits as (
    select
        iso,
        run_id,
        method_version,
        _built_at,
        unnest(innovations, recursive := true) as fields
    from {{ ref('int_assimilation__runs') }}
)

select
    fits.iso,
    fits.run_id,
    fits.method_version,
    latest.run_id is not null as is_live,
    fits.zone,
    fits.quantity,
    fits.interval_start,
    fits.innovation_mw,
    fits.innovation_sd_mw,
    fits.standardised,
    fits.is_outlier,
    fits._built_at
from fits
left join {{ ref('int_assimilation__latest_run') }} as latest
    on
        fits.iso = latest.iso
        and fits.run_id = latest.run_id
