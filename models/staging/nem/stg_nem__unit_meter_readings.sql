with source as (
    {{ landed(source('nem_next_day_actual_gen', 'meter_data_gen_duid')) }}
),

final as (
    select
        'NEM' as iso,
        {{ nem_interval_end('interval_datetime') }} as interval_end,
        trim(duid) as resource,
        mwh_reading as reading,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
