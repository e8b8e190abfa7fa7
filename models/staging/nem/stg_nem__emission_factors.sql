with source as (
    {{ landed(source('nem_cdeii', 'co2eii_publishing')) }}
),

final as (
    select
        'NEM' as iso,
        trim(stationname) as station_name,
        trim(duid) as resource,
        trim(gensetid) as genset_id,
        trim(regionid) as region,
        co2e_emissions_factor as emission_factor,
        trim(co2e_energy_source) as energy_source,
        trim(co2e_data_source) as data_source,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
