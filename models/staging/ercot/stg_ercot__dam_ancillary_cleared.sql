with source as (
    {{ landed(source('ercot_np3_911_er', 'np3_911_er__cleared')) }}
),

numbered as (
    select
        *,
        try_cast(trim(hour_ending) as double) as hour_number,
        -- of all services of the file: one without offers in the last hour must not look shorter
        max(try_cast(trim(hour_ending) as double)) over (
            partition by _file_id, delivery_date
        ) as last_hour
    from source
),

resolved as (
    select
        *,
        {{ market_day_hour_start(
            'delivery_date', 'hour_number', 'last_hour', 'America/Chicago'
        ) }} as interval_start
    from numbered
),

final as (
    select
        'ERCOT' as iso,
        'DAM' as market,
        upper(ancillary_type) as operator_product,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        cleared_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
