with source as (
    {{ landed(source('nem_daytrack', 'daytrack')) }}
),

final as (
    select
        'NEM' as iso,
        cast(settlementdate as date) as market_date,
        trim(regionid) as location,
        expostrunno as ex_post_run_no,
        trim(exanterunstatus) as ex_ante_status,
        exanterunno as ex_ante_run_no,
        trim(expostrunstatus) as ex_post_status,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
