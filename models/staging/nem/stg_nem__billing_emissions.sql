with source as (
    {{ landed(source('nem_billing_emissions', 'billing_co2e_publication')) }}
),

final as (
    select
        'NEM' as iso,
        contractyear as contract_year,
        weekno as week_no,
        billrunno as bill_run_no,
        cast(settlementdate as date) as market_date,
        trim(regionid) as location,
        sentoutenergy as sent_out_energy_mwh,
        generatoremissions as emissions_t,
        intensityindex as intensity_index,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
