with source as (
    {{ landed(source('ercot_dashboard_fuel_mix', 'dashboard_fuel_mix')) }}
),

clocked as (
    select
        *,
        try_strptime(time, '%Y-%m-%d %H:%M:%S%z') as interval_start
    from source
),

final as (
    select
        'ERCOT' as iso,
        trim(fuel) as operator_fuel,
        interval_start,
        cast(timezone('America/Chicago', interval_start) as date) as market_date,
        gen as generation_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
