with source as (
    {{ landed(source('nem_participant_registration', 'participant')) }}
),

final as (
    select
        'NEM' as iso,
        trim(participantid) as participant_id,
        trim(participantclassid) as participant_class_id,
        trim(name) as participant_name,
        trim(description) as description,
        trim(acn) as acn,
        trim(primarybusiness) as primary_business,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
