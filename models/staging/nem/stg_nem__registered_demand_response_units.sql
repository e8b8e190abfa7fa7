with source as (
    {{ landed(source('nem_registration_list', 'registered_demand_response_units')) }}
),

final as (
    select
        'NEM' as iso,
        trim(sheet) as sheet,
        {{ register_text('participant') }} as participant,
        {{ register_text('facility_name') }} as station_name,
        {{ register_text('region') }} as region,
        {{ register_text('duid') }} as resource,
        try_cast({{ register_text('maximum_response_component') }} as double) as max_response_mw,
        try_cast({{ register_text('maximum_ramp_rate') }} as double)
            as max_ramp_rate_mw_per_minute,
        try_cast({{ register_text('number_of_loads') }} as integer) as load_count,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
