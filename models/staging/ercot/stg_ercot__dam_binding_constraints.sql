with source as (
    {{ landed(source('ercot_np4_191_cd', 'np4_191_cd')) }}
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
        'DAM' as market,
        constraint_id,
        trim(constraint_name) as constraint_name,
        trim(contingency_name) as contingency_name,
        shadow_price,
        cast(null as double) as max_shadow_price,
        constraint_limit as limit_mw,
        constraint_value as flow_mw,
        violation_amount as violation_mw,
        nullif(trim(from_station), '') as from_station,
        nullif(trim(to_station), '') as to_station,
        from_station_kv,
        to_station_kv,
        cast(null as boolean) as is_competitive,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
