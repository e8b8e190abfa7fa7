with source as (
    {{ landed(source('nem_participant_registration', 'genunits')) }}
),

final as (
    select
        'NEM' as iso,
        trim(gensetid) as genset_id,
        trim(stationid) as station_id,
        trim(cdindicator) as central_dispatch_flag,
        trim(agcflag) as agc_flag,
        voltlevel as voltage_level,
        registeredcapacity as registered_capacity_mw,
        trim(dispatchtype) as dispatch_type,
        trim(starttype) as start_type,
        trim(mktgeneratorind) as market_generator_flag,
        trim(normalstatus) as normal_status,
        maxcapacity as max_capacity_mw,
        trim(gensettype) as genset_type,
        trim(gensetname) as genset_name,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        co2e_emissions_factor as emission_factor,
        trim(co2e_energy_source) as energy_source,
        trim(co2e_data_source) as data_source,
        mincapacity as min_capacity_mw,
        registeredmincapacity as registered_min_capacity_mw,
        maxstoragecapacity as max_storage_capacity_mwh,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
