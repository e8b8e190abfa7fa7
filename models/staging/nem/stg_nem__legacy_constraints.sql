with source as (
    {{ landed(source('nem_dispatch_legacy', 'legacy_dcons')) }}
),

final as (
    select
        'NEM' as iso,
        runno as run_no,
        trim(constraintid) as constraint_name,
        intervention,
        {{ nem_interval_end('settlementdate - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('settlementdate') }} as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        rhs,
        marginalvalue as marginal_value,
        violationdegree as violation_degree,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
