{{ config(materialized='view', schema='marts', alias='assimilation_forecasts') }}

with fits as (
    select
        iso,
        run_id,
        method_version,
        _built_at,
        unnest(forecasts, recursive := true) as fields
    from {{ ref('int_assimilation__runs') }}
)

select
    fits.iso,
    fits.run_id,
    fits.method_version,
    latest.run_id is not null as is_live,
    fits.zone,
    fits.quantity,
    fits.issued_at,
    fits.horizon_hours,
    fits.interval_start,
    fits.mean_mw,
    fits.sd_mw,
    fits.q05 as q05_mw,
    fits.q25 as q25_mw,
    fits.q75 as q75_mw,
    fits.q95 as q95_mw,
    fits.forecast_mw,
    fits.base,
    fits._built_at
from fits
left join {{ ref('int_assimilation__latest_run') }} as latest
    on
        fits.iso = latest.iso
        and fits.run_id = latest.run_id
