with source as (
    {{ landed(source('ercot_native_load', 'native_load')) }}
),

-- '11/01/2026 02:00*': the day, the hour and perhaps the mark of the repeated one
parted as (
    select
        *,
        try_strptime(regexp_extract(hour_ending, '^\s*(\d+/\d+/\d{4})', 1), '%m/%d/%Y') as day_text,
        regexp_extract(hour_ending, '(\d+:\d{2})', 1) as hour_text,
        regexp_matches(trim(hour_ending), '(\*|DST)$') as is_marked
    from source
),

clocked as (
    select
        *,
        case
            when day_text is not null then {{ hour_ending_start('day_text', 'hour_text') }}
            -- cells that hold a time may be a fraction of a second off the hour
            else
                date_trunc('hour', try_cast(hour_ending as timestamp) + interval 30 minutes)
                - interval 1 hour
        end as local_start,
        case when day_text is not null then if(is_marked, 'Y', 'N') end as repeated_hour_flag
    from parted
),

resolved as (
    select
        *,
        {{ local_to_utc('local_start', 'America/Chicago', 'repeated_hour_flag') }} as interval_start
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        cast(local_start as date) as market_date,
        coast_mw,
        east_mw,
        fwest_mw,
        north_mw,
        ncent_mw,
        south_mw,
        scent_mw,
        west_mw,
        ercot_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
