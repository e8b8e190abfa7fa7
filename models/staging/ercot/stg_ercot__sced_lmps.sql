{%- set rows = '(select *, cast(sced_timestamp as date) as market_date from ('
    ~ landed(source('ercot_np6_788_cd', 'np6_788_cd')) ~ '))' -%}
-- One look-up of the clock for each run instead of one for each of its thousand prices: that costs
-- more than all else here. Joined on the day too, so that a range of days reaches both scans.
with runs as (
    select
        *,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at
    from (
        select distinct
            market_date,
            sced_timestamp,
            repeated_hour_flag
        from {{ rows }} as source
    )
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        trim(source.settlement_point) as location,
        {{ ercot_location_type('trim(source.settlement_point)') }} as location_type,
        runs.run_at,
        source.market_date,
        source.lmp as price,
        'USD' as currency,
        source._file_id,
        source._row_number,
        source._published_at,
        source._fetched_at,
        source._loaded_at
    from {{ rows }} as source
    inner join runs
        on
            source.market_date = runs.market_date
            and source.sced_timestamp = runs.sced_timestamp
            and source.repeated_hour_flag is not distinct from runs.repeated_hour_flag
)

select * from final
