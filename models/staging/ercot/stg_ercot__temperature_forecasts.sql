with source as (
    {{ landed(source('ercot_np4_722_cd', 'np4_722_cd')) }}
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
        {{ local_to_utc('local_start', 'America/Chicago', 'dst_flag') }} as instant
    from clocked
),

-- The repeated hour was once published as hour ending 03:00, flag Y: no such second passage.
checked as (
    select
        *,
        case
            when lower(trim(dst_flag)) not in ('y', 'true') then instant
            when {{ is_repeated_hour('instant', 'America/Chicago') }} then instant
        end as interval_start
    from resolved
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        coast_temperature_degf,
        east_temperature_degf,
        far_west_temperature_degf,
        north_temperature_degf,
        north_central_temperature_degf,
        south_central_temperature_degf,
        southern_temperature_degf,
        west_temperature_degf,
        _file_id,
        _row_number,
        -- a page of the data endpoint says in its rows when they were published
        coalesce(
            _published_at,
            {{ local_to_utc('posted_datetime', 'America/Chicago', 'null') }}
        ) as _published_at,
        _fetched_at,
        _loaded_at
    from checked
)

select * from final
