with source as (
    {{ landed(source('nem_market_notices', 'marketnoticedata')) }}
),

final as (
    select
        'NEM' as iso,
        noticeid as notice_id,
        {{ nem_interval_end('effectivedate') }} as effective_at,
        trim(typeid) as notice_type,
        trim(noticetype) as notice_type_number,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        -- a line break within the text, as landing keeps it
        replace(trim(reason), chr(11), chr(10)) as reason,
        trim(externalreference) as external_reference,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
