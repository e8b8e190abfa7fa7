with source as (
    {{ landed(source('nem_registration_list', 'registered_ancillary_services')) }}
),

final as (
    select
        'NEM' as iso,
        trim(sheet) as sheet,
        {{ register_text('participant') }} as participant,
        {{ register_text('facility') }} as station_name,
        {{ register_text('region') }} as region,
        {{ register_text('duid') }} as resource,
        upper(trim({{ register_text('bid_type') }}, '() ')) as operator_product,
        try_cast({{ register_text('max_cap') }} as double) as max_enablement_mw,
        try_cast({{ register_text('min_enablement_level') }} as double) as min_output_mw,
        try_cast({{ register_text('max_enablement_level') }} as double) as max_output_mw,
        try_cast({{ register_text('max_lower_angle') }} as double) as lower_angle,
        try_cast({{ register_text('max_upper_angle') }} as double) as upper_angle,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
