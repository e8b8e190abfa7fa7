with source as (
    {{ landed(source('ercot_np4_213_cd', 'np4_213_cd')) }}
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
        trim(as_type) as operator_product,
        demand_curve_point as curve_point,
        {{ local_to_utc('ruc_timestamp', 'America/Chicago', 'null') }} as ruc_at,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        quantity as quantity_mw,
        price,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
