with source as (
    {{ landed(source('ercot_np4_745_cd', 'np4_745_cd')) }}
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
        {{ local_to_utc('local_start', 'America/Chicago', 'dst_flag') }} as interval_start,
        -- a page of the API holds many postings, each row with its own stamp
        {{ local_to_utc('posted_datetime', 'America/Chicago', 'null') }} as posted_at
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        gen_system_wide_mw,
        cop_hsl_system_wide_mw,
        stppf_system_wide_mw,
        pvgrpp_system_wide_mw,
        gen_center_west_mw,
        cop_hsl_center_west_mw,
        stppf_center_west_mw,
        pvgrpp_center_west_mw,
        gen_north_west_mw,
        cop_hsl_north_west_mw,
        stppf_north_west_mw,
        pvgrpp_north_west_mw,
        gen_far_west_mw,
        cop_hsl_far_west_mw,
        stppf_far_west_mw,
        pvgrpp_far_west_mw,
        gen_far_east_mw,
        cop_hsl_far_east_mw,
        stppf_far_east_mw,
        pvgrpp_far_east_mw,
        gen_south_east_mw,
        cop_hsl_south_east_mw,
        stppf_south_east_mw,
        pvgrpp_south_east_mw,
        gen_center_east_mw,
        cop_hsl_center_east_mw,
        stppf_center_east_mw,
        pvgrpp_center_east_mw,
        hsl_system_wide_mw,
        _file_id,
        _row_number,
        coalesce(posted_at, _published_at) as _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
