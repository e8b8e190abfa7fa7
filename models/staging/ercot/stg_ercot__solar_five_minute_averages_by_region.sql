with source as (
    {{ landed(source('ercot_np4_746_cd', 'np4_746_cd')) }}
),

clocked as (
    select
        *,
        -- to the nearest five minutes: stamps of solar files may stand some seconds past them
        time_bucket(interval '5 minutes', interval_ending + interval '150 seconds') as local_end
    from source
),

resolved as (
    select
        *,
        {{ local_to_utc('local_end', 'America/Chicago', 'dst_flag') }} as interval_end,
        -- a page of the API holds many postings, each row with its own stamp
        {{ local_to_utc('posted_datetime', 'America/Chicago', 'null') }} as posted_at
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        {{ add_minutes('interval_end', -5) }} as interval_start,
        interval_end,
        cast(local_end - interval '5 minutes' as date) as market_date,
        gen_system_wide_mw,
        gen_center_west_mw,
        gen_north_west_mw,
        gen_far_west_mw,
        gen_far_east_mw,
        gen_south_east_mw,
        gen_center_east_mw,
        hsl_system_wide_mw,
        _file_id,
        _row_number,
        coalesce(posted_at, _published_at) as _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
