with source as (
    {{ landed(source('ercot_np6_86_cd', 'np6_86_cd')) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        constraint_id,
        trim(constraint_name) as constraint_name,
        trim(contingency_name) as contingency_name,
        shadow_price,
        max_shadow_price,
        limit_mw,
        value_mw as flow_mw,
        violated_mw as violation_mw,
        nullif(trim(from_station), '') as from_station,
        nullif(trim(to_station), '') as to_station,
        from_station_kv,
        to_station_kv,
        case trim(cct_status) when 'COMP' then true when 'NONCOMP' then false end
            as is_competitive,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
