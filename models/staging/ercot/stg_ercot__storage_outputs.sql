with source as (
    {{ landed(source('ercot_dashboard_esr', 'dashboard_esr')) }}
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
        total_charging as charging_mw,
        total_discharging as discharging_mw,
        net_output as net_output_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
