with source as (
    {{ landed(source('nem_dispatchis', 'dispatch_regionsum')) }}
),

final as (
    select
        'NEM' as iso,
        trim(regionid) as location,
        intervention,
        {{ nem_interval_end('settlementdate - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('settlementdate') }} as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        totaldemand as total_demand_mw,
        demand_and_nonschedgen as demand_and_nonsched_mw,
        dispatchablegeneration as dispatchable_generation_mw,
        dispatchableload as dispatchable_load_mw,
        netinterchange as net_interchange_mw,
        availablegeneration as available_generation_mw,
        demandforecast as demand_forecast_mw,
        initialsupply as initial_supply_mw,
        clearedsupply as cleared_supply_mw,
        ss_solar_uigf as solar_uigf_mw,
        ss_wind_uigf as wind_uigf_mw,
        ss_solar_clearedmw as solar_cleared_mw,
        ss_wind_clearedmw as wind_cleared_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
