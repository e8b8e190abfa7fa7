with source as (
    {{ landed(source('nem_market_config', 'lossmodel')) }}
),

final as (
    select
        'NEM' as iso,
        cast(effectivedate as date) as effective_date,
        versionno as version_no,
        trim(interconnectorid) as interface,
        losssegment as loss_segment,
        mwbreakpoint as breakpoint_mw,
        lossfactor as loss_factor,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
