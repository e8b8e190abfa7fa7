with source as (
    {{ landed(source('nem_trading_irsr', 'trading_irsr')) }}
),

final as (
    select
        'NEM' as iso,
        trim(interconnectorid) as interface,
        trim(fromregionid) as from_location,
        {{ nem_interval_end('trading_interval - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('trading_interval') }} as interval_end,
        {{ nem_market_date('trading_interval') }} as market_date,
        {{ nem_trading_date('trading_interval') }} as trading_date,
        residue,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
