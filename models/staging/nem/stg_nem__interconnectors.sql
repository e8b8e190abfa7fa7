with source as (
    {{ landed(source('nem_market_config', 'interconnector')) }}
),

final as (
    select
        'NEM' as iso,
        trim(interconnectorid) as interface,
        trim(regionfrom) as from_location,
        trim(regionto) as to_location,
        trim(description) as description,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
