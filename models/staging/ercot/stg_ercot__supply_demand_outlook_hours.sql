with source as (
    {{ landed(source('ercot_dashboard_supply_demand', 'dashboard_supply_demand__outlook')) }}
),

clocked as (
    select
        *,
        make_timestamptz(try_cast(epoch as bigint) * 1000) as interval_end
    from source
),

final as (
    select
        'ERCOT' as iso,
        {{ add_minutes('interval_end', -60) }} as interval_start,
        interval_end,
        cast(timezone('America/Chicago', interval_start) as date) as market_date,
        avail_cap_gen as available_mw,
        forecasted_demand as demand_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
