with source as (
    {{ landed(source('ercot_np3_910_er', 'np3_910_er__load_summary')) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        case when area = '' then 'TOTAL' else upper(area) end as location,
        case when area = '' then 'SYSTEM' else 'ZONE' end as location_type,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        telemetered_generation_mw,
        dc_tie_mw,
        load_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
