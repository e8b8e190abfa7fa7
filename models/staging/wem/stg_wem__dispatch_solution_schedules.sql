with source as (
    {{ landed(source('wem_dispatch_solution', 'dispatch_solution_schedule')) }}
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
        trim(facility_code) as resource,
        trim(market_service) as operator_product,
        starts_at as interval_start,
        {{ add_minutes('starts_at', 5) }} as interval_end,
        5 as interval_minutes,
        {{ wem_market_date('starts_at') }} as market_date,
        {{ wem_trading_date('starts_at') }} as trading_date,
        quantity as quantity_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
