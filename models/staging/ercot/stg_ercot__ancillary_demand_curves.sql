with source as (
    {{ landed(source('ercot_np4_212_cd', 'np4_212_cd')) }}
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
        {{ local_to_utc('local_start', 'America/Chicago', 'repeated_hour_flag') }}
            as interval_start,
        {{ local_to_utc('posted_datetime', 'America/Chicago', 'null') }} as posted_at
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        trim(as_type) as operator_product,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        demand_curve_point as curve_point,
        quantity as quantity_mw,
        price,
        'USD' as currency,
        _file_id,
        _row_number,
        coalesce(posted_at, _published_at) as _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
