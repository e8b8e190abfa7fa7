with source as (
    {{ landed(source('ercot_np4_732_cd', 'np4_732_cd')) }}
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
        stwpf_system_wide_mw,
        wgrpp_system_wide_mw,
        gen_lz_south_houston_mw,
        cop_hsl_lz_south_houston_mw,
        stwpf_lz_south_houston_mw,
        wgrpp_lz_south_houston_mw,
        gen_lz_west_mw,
        cop_hsl_lz_west_mw,
        stwpf_lz_west_mw,
        wgrpp_lz_west_mw,
        gen_lz_north_mw,
        cop_hsl_lz_north_mw,
        stwpf_lz_north_mw,
        wgrpp_lz_north_mw,
        hsl_system_wide_mw,
        _file_id,
        _row_number,
        coalesce(posted_at, _published_at) as _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
