with source as (
    {{ landed(source('ercot_np4_197_m', 'np4_197_m__sogprice'), known_at=correction_known_at()) }}
),

clocked as (
    select
        *,
        {{ quarter_hour_start('delivery_date', 'delivery_hour', 'delivery_interval') }}
            as local_start
    from source
),

resolved as (
    select
        *,
        {{ local_to_utc('local_start', 'America/Chicago', 'dst_flag') }} as interval_start
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        'RT15M' as market,
        trim(resource_name) as resource,
        trim(resource_type) as resource_type,
        trim(meter_name) as meter,
        interval_start,
        {{ add_minutes('interval_start', 15) }} as interval_end,
        delivery_date as market_date,
        price_corrected as price,
        price_original as original_price,
        'USD' as currency,
        {{ corrected_at() }} as corrected_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
