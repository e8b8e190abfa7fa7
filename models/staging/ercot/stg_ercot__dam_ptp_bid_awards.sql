with source as (
    {{ landed(source('ercot_np3_966_er', 'np3_966_er__ptp_bid_awards')) }}
),

flagged as (
    {{ hours_without_flag(
        'source', 'delivery_date', 'hour_ending', []
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
        'DAM' as market,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        trim(qse) as qse,
        trim(source_point) as source_point,
        trim(sink_point) as sink_point,
        award_mw,
        price,
        trim(bid_id) as bid_id,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
