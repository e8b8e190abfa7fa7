with source as (
    {{ landed(source('nem_tradingis', 'trading_unit_solution')) }}
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
        runno as run_no,
        trim(duid) as resource,
        tradetype as trade_type,
        periodid as period_id,
        {{ add_minutes('ends_at', '-minutes') }} as interval_start,
        ends_at as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        minutes as interval_minutes,
        initialmw as initial_mw,
        totalcleared as total_cleared_mw,
        rampdownrate as ramp_down_rate_mw_per_hour,
        rampuprate as ramp_up_rate_mw_per_hour,
        lower5min as lower5min_enabled_mw,
        lower60sec as lower60sec_enabled_mw,
        lower6sec as lower6sec_enabled_mw,
        raise5min as raise5min_enabled_mw,
        raise60sec as raise60sec_enabled_mw,
        raise6sec as raise6sec_enabled_mw,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        lowerreg as lowerreg_enabled_mw,
        raisereg as raisereg_enabled_mw,
        availability as availability_mw,
        semidispatchcap as semi_dispatch_cap,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from timed
)

select * from final
