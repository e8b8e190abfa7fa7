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
        ss_solar_availability as solar_availability_mw,
        ss_wind_availability as wind_availability_mw,
        wdr_initialmw as wdr_initial_mw,
        wdr_dispatched as wdr_dispatched_mw,
        bdu_initial_energy_storage as bdu_initial_energy_storage_mwh,
        bdu_energy_storage as bdu_energy_storage_mwh,
        bdu_clearedmw_gen as bdu_cleared_generation_mw,
        bdu_clearedmw_load as bdu_cleared_load_mw,
        raise1seclocaldispatch as raise1sec_local_dispatch_mw,
        raise6seclocaldispatch as raise6sec_local_dispatch_mw,
        raise60seclocaldispatch as raise60sec_local_dispatch_mw,
        raise5minlocaldispatch as raise5min_local_dispatch_mw,
        raisereglocaldispatch as raisereg_local_dispatch_mw,
        lower1seclocaldispatch as lower1sec_local_dispatch_mw,
        lower6seclocaldispatch as lower6sec_local_dispatch_mw,
        lower60seclocaldispatch as lower60sec_local_dispatch_mw,
        lower5minlocaldispatch as lower5min_local_dispatch_mw,
        lowerreglocaldispatch as lowerreg_local_dispatch_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
