with source as (
    {{ landed(source('nem_cdeii', 'co2eii_summary_results')) }}
),

final as (
    select
        'NEM' as iso,
        cast(settlementdate as date) as market_date,
        trim(regionid) as location,
        contractyear as contract_year,
        weekno as week_no,
        total_sent_out_energy as sent_out_energy_mwh,
        total_emissions as emissions_t,
        co2e_intensity_index as intensity_index,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
