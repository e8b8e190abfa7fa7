with source as (
    {{ landed(source('ercot_rtcmt_np6_788', 'np6_788_rtcmt')) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        trim(settlement_point) as location,
        {{ ercot_location_type('trim(settlement_point)') }} as location_type,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        lmp as price,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
