with source as (
    {{ landed(source('nem_tradingis', 'trading_interconnectorres')) }}
),

timed as (
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
        trim(interconnectorid) as interface,
        periodid as period_id,
        {{ add_minutes('ends_at', '-minutes') }} as interval_start,
        ends_at as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        minutes as interval_minutes,
        meteredmwflow as metered_flow_mw,
        mwflow as flow_mw,
        mwlosses as losses_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from timed
)

select * from final
