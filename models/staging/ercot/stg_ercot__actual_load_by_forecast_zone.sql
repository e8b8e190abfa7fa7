with source as (
    {{ landed(source('ercot_np6_346_cd', 'np6_346_cd')) }}
),

clocked as (
    select
        *,
        {{ hour_ending_start('oper_day', 'hour_ending') }} as local_start
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
        oper_day as market_date,
        north_mw,
        south_mw,
        west_mw,
        houston_mw,
        total_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
