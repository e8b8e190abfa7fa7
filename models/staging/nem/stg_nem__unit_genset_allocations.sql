with source as (
    {{ landed(source('nem_participant_registration', 'dualloc')) }}
),

final as (
    select
        'NEM' as iso,
        cast(effectivedate as date) as effective_date,
        versionno as version_no,
        trim(duid) as resource,
        trim(gensetid) as genset_id,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
