with source as (
    {{ landed(source('nem_price_and_demand', 'price_and_demand')) }}
),

clocked as (
    select
        *,
        {{ nem_interval_end('settlementdate') }} as ends_at,
        {{ nem_trading_minutes('settlementdate') }} as minutes
    from source
),

final as (
    select
        'NEM' as iso,
        'TRADING' as market,
        trim(region) as location,
        {{ add_minutes('ends_at', '-minutes') }} as interval_start,
        ends_at as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        minutes as interval_minutes,
        rrp as price,
        totaldemand as total_demand_mw,
        trim(periodtype) as period_type,
        'AUD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
