with source as (
    {{ landed(source('nem_participant_registration', 'station')) }}
),

final as (
    select
        'NEM' as iso,
        trim(stationid) as station_id,
        trim(stationname) as station_name,
        trim(address1) as address1,
        trim(address2) as address2,
        trim(address3) as address3,
        trim(address4) as address4,
        trim(city) as city,
        trim(state) as state,
        trim(postcode) as postcode,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        trim(connectionpointid) as connection_point_id,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
