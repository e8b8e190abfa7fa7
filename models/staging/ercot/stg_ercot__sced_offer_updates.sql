with source as (
    {{ landed(source('ercot_np3_965_er', 'np3_965_er__offer_updates')) }}
),

flagged as (
    {{ hours_without_flag(
        'source', 'delivery_date', 'delivery_hour', []
    ) }}
),

clocked as (
    select
        *,
        {{ hour_ending_start('delivery_date', 'clock_hour') }} as local_start
    from flagged
),

resolved as (
    select
        *,
        {{ local_to_utc('local_start', 'America/Chicago', 'repeated_hour_flag') }} as interval_start
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        trim(resource_name) as resource,
        trim(reason) as reason,
        update_count,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
