with source as (
    {{ landed(source('nem_dispatchis', 'dispatch_local_price')) }}
),

final as (
    select
        'NEM' as iso,
        trim(duid) as resource,
        {{ nem_interval_end('settlementdate - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('settlementdate') }} as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        local_price_adjustment,
        locally_constrained,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
