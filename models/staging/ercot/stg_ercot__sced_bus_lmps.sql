{%- set rows = '(select *, cast(sced_timestamp as date) as market_date from ('
    ~ landed(source('ercot_np6_787_cd', 'np6_787_cd')) ~ '))' -%}
-- One look-up of the clock for each run instead of one for each of its thousands of prices.
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
        trim(source.electrical_bus) as bus,
        runs.run_at,
        source.market_date,
        coalesce(source.capped_lmp, source.lmp) as price,
        source.uncapped_lmp as price_uncapped,
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
