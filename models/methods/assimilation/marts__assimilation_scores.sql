{{ config(materialized='view', schema='marts', alias='assimilation_scores') }}

with fits as (
    select
        iso,
        run_id,
        method_version,
        _built_at,
        unnest(scores, recursive := true) as fields
    from {{ ref('int_assimilation__runs') }}
)

select
    fits.iso,
    fits.run_id,
    fits.method_version,
    latest.run_id is not null as is_live,
    fits.zone,
    fits.quantity,
    fits.horizon_hours,
    fits.method,
    fits.row_count,
    fits.rmse_mw,
    fits.bias_mw,
    fits.crps_mw,
    fits.spread_over_error,
    fits.coverage_50,
    fits.coverage_90,
    fits._built_at
from fits
left join {{ ref('int_assimilation__latest_run') }} as latest
    on
        fits.iso = latest.iso
        and fits.run_id = latest.run_id
