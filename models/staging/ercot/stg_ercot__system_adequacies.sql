with source as (
    {{ landed(source('ercot_np3_763_cd', 'np3_763_cd')) }}
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
        cap_gen_res_south,
        cap_gen_res_north,
        cap_gen_res_west,
        cap_gen_res_houston,
        cap_load_res_south,
        cap_load_res_north,
        cap_load_res_west,
        cap_load_res_houston,
        offline_available_mw_south,
        offline_available_mw_north,
        offline_available_mw_west,
        offline_available_mw_houston,
        avail_cap_gen,
        avail_cap_reserve,
        cap_gen_res_total,
        cap_load_res_total,
        offline_available_mw_total,
        cap_regup_total,
        cap_regdn_total,
        cap_rrs_total,
        cap_ecrs_total,
        cap_nspin_total,
        cap_regup_rrs_total,
        cap_regup_rrs_ecrs_total,
        cap_regup_rrs_ecrs_nspin_total,
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
