with source as (
    {{ landed(source('nem_tradingis', 'trading_regionsum')) }}
),

timed as (
    select
        *,
        {{ nem_interval_end('settlementdate') }} as ends_at,
        {{ nem_trading_minutes('settlementdate') }} as minutes
    from source
),

final as (
    select
        'NEM' as iso,
        'TRADING' as market,
        runno as run_no,
        trim(regionid) as location,
        periodid as period_id,
        {{ add_minutes('ends_at', '-minutes') }} as interval_start,
        ends_at as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        minutes as interval_minutes,
        totaldemand as total_demand_mw,
        availablegeneration as available_generation_mw,
        availableload as available_load_mw,
        demandforecast as demand_forecast_mw,
        dispatchablegeneration as dispatchable_generation_mw,
        dispatchableload as dispatchable_load_mw,
        netinterchange as net_interchange_mw,
        excessgeneration as excess_generation_mw,
        initialsupply as initial_supply_mw,
        clearedsupply as cleared_supply_mw,
        totalintermittentgeneration as nonsched_allowance_mw,
        demand_and_nonschedgen as demand_and_nonsched_mw,
        uigf as uigf_mw,
        raise6seclocaldispatch as raise6sec_local_dispatch_mw,
        raise60seclocaldispatch as raise60sec_local_dispatch_mw,
        raise5minlocaldispatch as raise5min_local_dispatch_mw,
        raisereglocaldispatch as raisereg_local_dispatch_mw,
        lower6seclocaldispatch as lower6sec_local_dispatch_mw,
        lower60seclocaldispatch as lower60sec_local_dispatch_mw,
        lower5minlocaldispatch as lower5min_local_dispatch_mw,
        lowerreglocaldispatch as lowerreg_local_dispatch_mw,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from timed
)

select * from final
