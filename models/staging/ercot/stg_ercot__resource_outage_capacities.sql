with source as (
    {{ landed(source('ercot_np3_233_cd', 'np3_233_cd')) }}
),

clocked as (
    select
        *,
        {{ hour_ending_start('date', 'hour_ending') }} as local_start
    from source
),

resolved as (
    select
        *,
        {{ local_to_utc('local_start', 'America/Chicago', 'null') }} as interval_start
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        date as market_date,
        total_resource_mw,
        total_irr_mw,
        total_new_equip_resource_mw,
        total_resource_mw_zone_south,
        total_resource_mw_zone_north,
        total_resource_mw_zone_west,
        total_resource_mw_zone_houston,
        total_irr_mw_zone_south,
        total_irr_mw_zone_north,
        total_irr_mw_zone_west,
        total_irr_mw_zone_houston,
        total_new_equip_resource_mw_zone_south,
        total_new_equip_resource_mw_zone_north,
        total_new_equip_resource_mw_zone_west,
        total_new_equip_resource_mw_zone_houston,
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
