{%- set rows = '(select *, cast(interval_ending - interval 5 minutes as date) as market_date from ('
    ~ landed(source('ercot_np6_970_cd', 'np6_970_cd')) ~ '))' -%}
-- One look-up of the clock for each run and interval instead of one for each of its thousand
-- prices. Joined on the day too, so that a range of days reaches both scans.
with intervals as (
    select
        *,
        {{ local_to_utc('rtd_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        {{ interval_ending_to_utc(
            'interval_ending', 'America/Chicago', 'interval_repeated_hour_flag', 5
        ) }} as interval_end
    from (
        select distinct
            market_date,
            rtd_timestamp,
            repeated_hour_flag,
            interval_ending,
            interval_repeated_hour_flag
        from {{ rows }} as source
    )
),

final as (
    select
        'ERCOT' as iso,
        'RTD' as market,
        trim(source.settlement_point) as location,
        {{ ercot_published_type('source.settlement_point_type') }} as location_type,
        trim(source.settlement_point_type) as operator_location_type,
        intervals.run_at,
        {{ add_minutes('intervals.interval_end', -5) }} as interval_start,
        intervals.interval_end,
        source.market_date,
        source.lmp as price,
        'USD' as currency,
        source._file_id,
        source._row_number,
        source._published_at,
        source._fetched_at,
        source._loaded_at
    from {{ rows }} as source
    inner join intervals
        on
            source.market_date = intervals.market_date
            and source.rtd_timestamp = intervals.rtd_timestamp
            and source.repeated_hour_flag is not distinct from intervals.repeated_hour_flag
            and source.interval_ending = intervals.interval_ending
            and source.interval_repeated_hour_flag
            is not distinct from intervals.interval_repeated_hour_flag
)

select * from final
