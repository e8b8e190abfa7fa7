with source as (
    {{ landed(source('nem_dispatchis', 'dispatch_constraint')) }}
),

final as (
    select
        'NEM' as iso,
        'RT5M' as market,
        trim(constraintid) as constraint_name,
        intervention,
        {{ nem_interval_end('settlementdate - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('settlementdate') }} as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        rhs,
        lhs,
        marginalvalue as marginal_value,
        violationdegree as violation_degree,
        cast(genconid_effectivedate as date) as definition_effective_date,
        genconid_versionno as definition_version_no,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
