with source as (
    {{ landed(source('ercot_np6_788_cd', 'np6_788_cd')) }}
),

resolved as (
    select
        *,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        trim(settlement_point) as location
    from source
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        location,
        {{ ercot_location_type('location') }} as location_type,
        run_at,
        cast(sced_timestamp as date) as market_date,
        lmp as price,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
