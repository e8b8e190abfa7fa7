with source as (
    {{ landed(source('ercot_np4_159_cd', 'np4_159_cd')) }}
),

clocked as (
    select
        *,
        {{ hour_ending_start('ldf_date', 'ldf_hour') }} as local_start
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
        ldf_date as market_date,
        trim(substation) as substation,
        trim(load_id) as load_id,
        trim(mrid_load) as load_mrid,
        distribution_factor,
        mvar_distribution_factor,
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
