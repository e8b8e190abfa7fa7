with source as (
    {{ landed(source('wem_balancing_summary', 'balancing_summary')) }}
),

clocked as (
    select
        *,
        {{ wem_interval_start('trading_interval') }} as starts_at
    from source
),

final as (
    select
        'WEM' as iso,
        'TRADING' as market,
        'WEM' as location,
        starts_at as interval_start,
        {{ add_minutes('starts_at', 30) }} as interval_end,
        30 as interval_minutes,
        {{ wem_market_date('starts_at') }} as market_date,
        {{ wem_trading_date('starts_at') }} as trading_date,
        final_price as price,
        load_forecast as load_forecast_mw,
        {{ wem_interval_start('forecast_as_at') }} as forecast_at,
        scheduled_generation as scheduled_generation_mw,
        non_scheduled_generation as non_scheduled_generation_mw,
        total_generation as total_generation_mw,
        'AUD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
