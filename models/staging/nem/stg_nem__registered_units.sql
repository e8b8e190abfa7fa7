with source as (
    {{ landed(source('nem_registration_list', 'registered_units')) }}
),

final as (
    select
        'NEM' as iso,
        trim(sheet) as sheet,
        {{ register_text('participant') }} as participant,
        {{ register_text('station_name') }} as station_name,
        {{ register_text('region') }} as region,
        upper({{ register_text('dispatch_type') }}) as dispatch_type,
        upper({{ register_text('category') }}) as category,
        upper(rtrim({{ register_text('classification') }}, '* ')) as classification,
        {{ register_text('fuel_source_primary') }} as fuel_primary,
        {{ register_text('fuel_source_descriptor') }} as fuel_descriptor,
        {{ register_text('technology_type_primary') }} as technology_primary,
        {{ register_text('technology_type_descriptor') }} as technology_descriptor,
        {{ register_text('units') }} as unit_count,
        upper({{ register_text('aggregation') }}) = 'Y' as is_aggregated,
        {{ register_text('duid') }} as resource,
        try_cast({{ register_text('reg_cap_generation') }} as double) as registered_capacity_mw,
        try_cast({{ register_text('max_cap_generation') }} as double) as max_capacity_mw,
        try_cast({{ register_text('max_roc_generation') }} as double)
            as max_ramp_rate_mw_per_minute,
        try_cast({{ register_text('reg_cap_consumption') }} as double)
            as registered_consumption_mw,
        try_cast({{ register_text('max_cap_consumption') }} as double) as max_consumption_mw,
        try_cast({{ register_text('max_roc_consumption') }} as double)
            as max_consumption_ramp_rate_mw_per_minute,
        try_cast({{ register_text('maximum_storage_capacity') }} as double) as storage_mwh,
        {{ register_text('comments') }} as comments,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
