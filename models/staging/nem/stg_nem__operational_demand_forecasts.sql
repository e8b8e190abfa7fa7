with source as (
    {{ landed(source('nem_operational_demand_forecast', 'operational_demand_forecast')) }}
),

final as (
    select
        'NEM' as iso,
        trim(regionid) as location,
        {{ nem_interval_end('load_date') }} as forecast_at,
        {{ nem_interval_end('interval_datetime - interval 30 minutes') }} as interval_start,
        {{ nem_interval_end('interval_datetime') }} as interval_end,
        {{ nem_market_date('interval_datetime') }} as market_date,
        {{ nem_trading_date('interval_datetime') }} as trading_date,
        operational_demand_poe10 as operational_demand_poe10_mw,
        operational_demand_poe50 as operational_demand_poe50_mw,
        operational_demand_poe90 as operational_demand_poe90_mw,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
