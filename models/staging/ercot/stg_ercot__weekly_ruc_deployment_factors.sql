with source as (
    {{ landed(source('ercot_np5_525_cd', 'np5_525_cd')) }}
),

clocked as (
    select
        *,
        {{ hour_ending_start('delivery_date', 'delivery_hour') }} as local_start
    from source
),

resolved as (
    select
        *,
        {{ local_to_utc('local_start', 'America/Chicago', 'repeated_hour_flag') }}
            as interval_start,
        {{ local_to_utc('posted_datetime', 'America/Chicago', 'null') }} as posted_at
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        trim(as_type) as operator_product,
        -- the flag is that of the hour: a run in the repeated hour itself has no instant
        {{ local_to_utc('ruc_timestamp', 'America/Chicago', 'null') }} as run_at,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        as_deployment_factor as deployment_factor,
        _file_id,
        _row_number,
        coalesce(posted_at, _published_at) as _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
