with source as (
    {{ landed(source('ercot_np4_197_m', 'np4_197_m__spp'), known_at=correction_known_at()) }}
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
        {{ local_to_utc('local_start', 'America/Chicago', 'dst_flag') }} as interval_start,
        trim(settlement_point_type) as operator_location_type
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        'RT15M' as market,
        trim(settlement_point_name) as location,
        {{ ercot_published_type('settlement_point_type') }} as location_type,
        operator_location_type,
        interval_start,
        {{ add_minutes('interval_start', 15) }} as interval_end,
        delivery_date as market_date,
        spp_corrected as price,
        spp_original as original_price,
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
