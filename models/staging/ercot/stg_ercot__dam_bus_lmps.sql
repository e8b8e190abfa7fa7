{%- set rows = '(' ~ landed(source('ercot_np4_183_cd', 'np4_183_cd')) ~ ')' -%}
-- One look-up of the clock for each hour instead of one for each of its thousands of prices.
with hours as (
    select
        *,
        {{ local_to_utc('local_start', 'America/Chicago', 'dst_flag') }} as interval_start
    from (
        select distinct
            delivery_date,
            hour_ending,
            dst_flag,
            {{ hour_ending_start('delivery_date', 'hour_ending') }} as local_start
        from {{ rows }} as source
    )
),

final as (
    select
        'ERCOT' as iso,
        'DAM' as market,
        trim(source.bus_name) as bus,
        hours.interval_start,
        {{ add_minutes('hours.interval_start', 60) }} as interval_end,
        source.delivery_date as market_date,
        source.lmp as price,
        'USD' as currency,
        source._file_id,
        source._row_number,
        source._published_at,
        source._fetched_at,
        source._loaded_at
    from {{ rows }} as source
    inner join hours
        on
            source.delivery_date = hours.delivery_date
            and source.hour_ending = hours.hour_ending
            and source.dst_flag is not distinct from hours.dst_flag
)

select * from final
