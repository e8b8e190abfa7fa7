with source as (
    {{ landed(source('bom_observations', 'observations')) }}
),

clocked as (
    select
        *,
        {{ utc_instant('aifstime_utc') }} as observed_at,
        {{ bom_market('history_product') }} as iso
    from source
),

final as (
    select
        iso,
        trim(wmo) as station_id,
        trim(name) as station_name,
        observed_at,
        -- the market's own clock: UTC+10 in the east, UTC+8 in Perth
        cast(aifstime_utc + to_hours(case iso when 'WEM' then 8 else 10 end) as date)
            as market_date,
        strptime(local_date_time_full, '%Y%m%d%H%M%S') as local_time,
        lat as latitude,
        lon as longitude,
        {{ bom_number('air_temp') }} as temperature_c,
        {{ bom_number('apparent_t') }} as apparent_temperature_c,
        {{ bom_number('dewpt') }} as dew_point_c,
        {{ bom_number('rel_hum') }} as humidity_pct,
        {{ bom_number('press_qnh') }} as pressure_hpa,
        nullif(trim(wind_dir), '-') as wind_direction,
        {{ bom_number('wind_spd_kmh') }} as wind_speed_kmh,
        {{ bom_number('gust_kmh') }} as wind_gust_kmh,
        {{ bom_number('rain_trace') }} as rain_since_9am_mm,
        {{ bom_number('cloud_oktas') }} as cloud_oktas,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
