with source as (
    {{ landed(source('ercot_np4_193_cd', 'np4_193_cd')) }}
),

clocked as (
    select
        *,
        {{ hour_ending_start('delivery_date', 'hour_ending') }} as local_start
    from source
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
        trim(settlement_point) as location,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        total_sold_mw as sold_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
