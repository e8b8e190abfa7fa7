with source as (
    {{ landed(source('bom_daily_maxima', 'daily_maxima')) }}
),

final as (
    select
        {{ bom_station_market('station_number') }} as iso,
        trim(station_number) as bureau_number,
        make_date(year, month, day) as market_date,
        maximum_temperature as max_temperature_c,
        accumulation_days,
        quality = 'Y' as is_quality_controlled,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
