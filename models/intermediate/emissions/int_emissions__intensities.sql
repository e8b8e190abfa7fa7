select
    iso,
    location,
    market_date,
    contract_year,
    week_no,
    sent_out_energy_mwh,
    emissions_t,
    intensity_index,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ ref('stg_nem__emission_intensities') }}
