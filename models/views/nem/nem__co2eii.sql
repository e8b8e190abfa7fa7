{{ config(alias='co2eii') }}

select
    location as regionid,
    market_date,
    contract_year as contractyear,
    week_no as weekno,
    sent_out_energy_mwh as total_sent_out_energy,
    emissions_t as total_emissions,
    intensity_index as co2e_intensity_index,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_emission_intensity_days') }}
where iso = 'NEM'
