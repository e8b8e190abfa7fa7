with source as (
    {{ landed(source('wem_reference_trading_price', 'reference_trading_price')) }}
),

clocked as (
    select
        *,
        {{ published_instant('trim(trading_interval)') }} as starts_at
    from source
),

final as (
    select
        'WEM' as iso,
        'TRADING' as market,
        'WEM' as location,
        starts_at as interval_start,
        {{ add_minutes('starts_at', 30) }} as interval_end,
        30 as interval_minutes,
        {{ wem_market_date('starts_at') }} as market_date,
        {{ wem_trading_date('starts_at') }} as trading_date,
        reference_trading_price as price,
        try_cast(is_published as boolean) as is_published,
        'AUD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
