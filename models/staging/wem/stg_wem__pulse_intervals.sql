with source as (
    {{ landed(source('wem_pulse', 'pulse')) }}
),

clocked as (
    select
        *,
        {{ wem_interval_start('trading_day_interval') }} as starts_at
    from source
),

final as (
    select
        'WEM' as iso,
        starts_at as interval_start,
        {{ add_minutes('starts_at', 30) }} as interval_end,
        30 as interval_minutes,
        {{ wem_market_date('starts_at') }} as market_date,
        {{ wem_trading_date('starts_at') }} as trading_date,
        max({{ wem_interval_start('as_at') }}) over (partition by _file_id) as as_at,
        actual_total_generation is null as is_forecast,
        price,
        forecast_eoi_mw as forecast_end_mw,
        forecast_mw,
        forecast_nsg_mw as forecast_non_scheduled_mw,
        actual_nsg_mw as non_scheduled_generation_mw,
        actual_total_generation as total_generation_mw,
        rtd_total_generation as dispatched_generation_mw,
        rtd_total_spinning_reserve as spinning_reserve_mw,
        lfas_up_requirement_mw as load_following_requirement_mw,
        total_outage_mw as outage_mw,
        planned_outage_mw,
        forced_outage_mw,
        cons_outage_mw as consequential_outage_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
