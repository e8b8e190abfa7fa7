with source as (
    {{ landed(source('nem_participant_registration', 'stadualloc')) }}
),

final as (
    select
        'NEM' as iso,
        trim(duid) as resource,
        cast(effectivedate as date) as effective_date,
        trim(stationid) as station_id,
        versionno as version_no,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
