with source as (
    {{ landed(source('wem_facility_scada', 'facility_scada')) }}
),

clocked as (
    select
        *,
        {{ published_instant('trim(dispatch_interval)') }} as starts_at
    from source
),

final as (
    select
        'WEM' as iso,
        trim(code) as resource,
        starts_at as interval_start,
        {{ add_minutes('starts_at', 5) }} as interval_end,
        5 as interval_minutes,
        {{ wem_market_date('starts_at') }} as market_date,
        {{ wem_trading_date('starts_at') }} as trading_date,
        quantity as energy_mwh,
        'SCADA' as source,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
