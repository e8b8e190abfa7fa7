with source as (
    {{ landed(source('wem_facility_scada_history', 'facility_scada_history')) }}
),

clocked as (
    select
        *,
        {{ wem_interval_start('trading_interval') }} as starts_at
    from source
),

final as (
    select
        'WEM' as iso,
        trim(participant_code) as participant,
        trim(facility_code) as resource,
        starts_at as interval_start,
        {{ add_minutes('starts_at', 30) }} as interval_end,
        30 as interval_minutes,
        {{ wem_market_date('starts_at') }} as market_date,
        {{ wem_trading_date('starts_at') }} as trading_date,
        energy_generated as energy_mwh,
        eoi_quantity as output_end_mw,
        'SCADA' as source,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
