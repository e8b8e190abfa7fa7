select
    iso,
    location,
    market_date,
    contract_year,
    week_no,
    sent_out_energy_mwh,
    emissions_t,
    intensity_index,
    _published_at as published_at,
    _file_id as file_id,
    {{ built_at() }} as _built_at
from {{ ref('int_emissions__intensities') }}
-- of what was published again the last publication holds
qualify row_number() over (
    partition by
        iso,
        location,
        market_date
    order by
        _published_at desc nulls last,
        _fetched_at desc,
        _loaded_at desc,
        _file_id desc,
        _row_number desc
) = 1
