with source as (
    {{ landed(source('ercot_np3_561_cd', 'np3_561_cd')) }}
),

clocked as (
    select
        *,
        {{ hour_ending_start('delivery_date', 'hour_ending') }} as local_start
    from source
),

resolved as (
    select
        *,
        {{ local_to_utc('local_start', 'America/Chicago', 'dst_flag') }} as interval_start
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        coast_mw,
        east_mw,
        far_west_mw,
        north_mw,
        north_central_mw,
        south_central_mw,
        southern_mw,
        west_mw,
        system_total_mw,
        _file_id,
        _row_number,
        -- a page of the data endpoint says in its rows when they were published
        coalesce(
            _published_at,
            {{ local_to_utc('posted_datetime', 'America/Chicago', 'null') }}
        ) as _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
