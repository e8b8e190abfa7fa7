with source as (
    {{ landed(source('ercot_np6_327_cd', 'np6_327_cd')) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        trim(resource_name) as resource,
        trim(resource_type) as resource_type,
        trim(station_name) as station,
        voltage_level as voltage_kv,
        trim(meter_name) as meter,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        final_lmp as price,
        meter_lmp as meter_price,
        rtorpa,
        rtordpa,
        rtrdpa,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
