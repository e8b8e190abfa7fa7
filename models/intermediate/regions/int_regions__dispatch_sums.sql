-- What happened, not what sets the price: curtailment and storage are MW and MWh.
with physical as (
    {{ physical_run(ref('stg_nem__dispatch_region_sums')) }}
)

select
    iso,
    location,
    interval_start,
    interval_end,
    market_date,
    solar_uigf_mw,
    solar_cleared_mw,
    wind_uigf_mw,
    wind_cleared_mw,
    bdu_energy_storage_mwh as storage_mwh,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from physical
