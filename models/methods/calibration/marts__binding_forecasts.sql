{{ config(materialized='view', schema='marts', alias='binding_forecasts') }}

with fits as (
    select
        iso,
        run_id,
        method_version,
        last_known_at,
        _built_at,
        unnest("current", recursive := true) as fields
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
    fits.run_at,
    fits.last_known_at as known_at,
    fits.is_bound_now,
    fits.method,
    fits.probability,
    fits.expected_mu,
    fits.mu_quantiles,
    fits._built_at
from fits
left join {{ ref('int_calibration__latest_fit') }} as latest
    on
        fits.iso = latest.iso
        and fits.run_id = latest.run_id
