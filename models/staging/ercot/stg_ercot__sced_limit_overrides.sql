with source as (
    {{ landed(source('ercot_np3_965_er', 'np3_965_er__limit_overrides')) }}
),

resolved as (
    select
        *,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at
    from source
),

final as (
    select
        'ERCOT' as iso,
        run_at,
        cast(sced_timestamp as date) as market_date,
        trim(participant_name) as participant_name,
        trim(resource_name) as resource,
        hdl_original,
        hdl_manual,
        hdl_final,
        ldl_original,
        ldl_manual,
        ldl_final,
        trim(reason_code) as reason_code,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
