with source as (
    {{ landed(source('nem_market_notice_texts', 'market_notice_text')) }}
),

clocked as (
    select
        *,
        try_strptime(
            regexp_replace(trim(creation_date), '\s+', ' '), '%d/%m/%Y %H:%M:%S'
        ) as created_on_clock
    from source
),

final as (
    select
        'NEM' as iso,
        notice_id,
        trim(notice_type_id) as notice_type,
        trim(notice_type_description) as notice_type_description,
        {{ nem_interval_end('created_on_clock') }} as created_at,
        cast(try_strptime(trim(issue_date), '%d/%m/%Y') as date) as issue_date,
        trim(external_reference) as external_reference,
        -- a line break within the text, as landing keeps it
        replace(trim(reason), chr(11), chr(10)) as reason,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
