with source as (
    {{ landed(source('wem_dispatch_solution', 'dispatch_solution_price')) }}
),

clocked as (
    select
        *,
        {{ published_instant('trim(dispatch_interval)') }} as starts_at
    from source
),

final as (
    select
        'WEM' as iso,
        'RT5M' as market,
        'WEM' as location,
        starts_at as interval_start,
        {{ add_minutes('starts_at', 5) }} as interval_end,
        5 as interval_minutes,
        {{ wem_market_date('starts_at') }} as market_date,
        {{ wem_trading_date('starts_at') }} as trading_date,
        energy as price,
        contingency_raise as contingency_raise_price,
        contingency_lower as contingency_lower_price,
        regulation_raise as regulation_raise_price,
        regulation_lower as regulation_lower_price,
        rocof as rocof_price,
        'AUD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
