with source as (
    {{ landed(source('ercot_np3_965_er', 'np3_965_er__smne')) }}
),

-- the numbers count the quarter hours of the market day, so that no flag is needed
resolved as (
    select
        *,
        cast(interval_time as date) as market_date,
        {{ add_minutes(
            "timezone('America/Chicago', cast(cast(interval_time as date) as timestamp))",
            '(interval_number - 1) * 15'
        ) }} as interval_start
    from source
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        {{ add_minutes('interval_start', 15) }} as interval_end,
        market_date,
        trim(resource_name) as resource,
        interval_value,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
