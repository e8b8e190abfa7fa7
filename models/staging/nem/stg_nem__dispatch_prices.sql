with source as (
    {{ landed(source('nem_dispatchis', 'dispatch_price')) }}
),

final as (
    select
        'NEM' as iso,
        'RT5M' as market,
        trim(regionid) as location,
        intervention,
        {{ nem_interval_end('settlementdate - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('settlementdate') }} as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        rrp as price,
        rop,
        apcflag as apc_flag,
        trim(price_status) as price_status,
        raise1secrrp as raise1sec_price,
        raise6secrrp as raise6sec_price,
        raise60secrrp as raise60sec_price,
        raise5minrrp as raise5min_price,
        raiseregrrp as raisereg_price,
        lower1secrrp as lower1sec_price,
        lower6secrrp as lower6sec_price,
        lower60secrrp as lower60sec_price,
        lower5minrrp as lower5min_price,
        lowerregrrp as lowerreg_price,
        'AUD' as currency,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
