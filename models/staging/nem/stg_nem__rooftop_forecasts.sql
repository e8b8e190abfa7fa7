with source as (
    {{ landed(source('nem_rooftop_forecast', 'rooftop_forecast')) }}
),

final as (
    select
        'NEM' as iso,
        {{ nem_interval_end('version_datetime') }} as forecast_at,
        trim(regionid) as location,
        {{ nem_interval_end('interval_datetime - interval 30 minutes') }} as interval_start,
        {{ nem_interval_end('interval_datetime') }} as interval_end,
        {{ nem_market_date('interval_datetime') }} as market_date,
        {{ nem_trading_date('interval_datetime') }} as trading_date,
        powermean as power_mean_mw,
        powerpoe50 as power_poe50_mw,
        powerpoelow as power_poe_low_mw,
        powerpoehigh as power_poe_high_mw,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
