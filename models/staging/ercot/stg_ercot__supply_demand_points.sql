with source as (
    {{ landed(source('ercot_dashboard_supply_demand', 'dashboard_supply_demand')) }}
),

clocked as (
    select
        *,
        make_timestamptz(try_cast(epoch as bigint) * 1000) as interval_start
    from source
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        cast(timezone('America/Chicago', interval_start) as date) as market_date,
        forecast = 1 as is_forecast,
        capacity as capacity_mw,
        demand as demand_mw,
        available as available_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
