{{ config(materialized='table') }}

with live as (
    select
        iso,
        resource,
        run_id
    from {{ ref('int_bess__live_losses') }}
)

select
    fits.iso,
    fits.resource,
    fits.run_id,
    fits.method_version,
    fits._built_at as fitted_at,
    fits.first_market_date,
    fits.last_market_date,
    fits.capacity_mwh,
    fits.power_mw,
    fits.stored_per_mwh,
    fits.drawn_per_mwh,
    fits.drain_mw,
    fits.resistive_share,
    fits.round_trip_efficiency,
    fits.stored_per_mwh_se,
    fits.drawn_per_mwh_se,
    fits.drain_mw_se,
    fits.resistive_share_se,
    fits.round_trip_se,
    fits.day_sd_mwh,
    fits.step_sd_mwh,
    fits.step_count,
    fits.rebuilt_error_mwh,
    fits.rebuilt_error_mwh / nullif(fits.capacity_mwh, 0) as rebuilt_error_share,
    fits.balance_error_mwh,
    fits.is_plausible,
    live.run_id is not null as is_live
from {{ ref('int_bess__loss_fits') }} as fits
left join live
    on
        fits.iso = live.iso
        and fits.resource = live.resource
        and fits.run_id = live.run_id
