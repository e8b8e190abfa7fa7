with source as (
    {{ landed(source('nem_predispatchis', 'predispatchprice')) }}
),

final as (
    select
        'NEM' as iso,
        trim(predispatchseqno) as run_id,
        trim(regionid) as location,
        intervention,
        {{ nem_interval_end('datetime - interval 30 minutes') }} as interval_start,
        {{ nem_interval_end('datetime') }} as interval_end,
        {{ nem_market_date('datetime') }} as market_date,
        {{ nem_trading_date('datetime') }} as trading_date,
        runno as run_no,
        trim(periodid) as period_id,
        rrp as price,
        rrp1,
        rrp2,
        rrp3,
        rrp4,
        rrp5,
        rrp6,
        rrp7,
        rrp8,
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
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
