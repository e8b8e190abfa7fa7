with source as (
    {{ landed(source('ercot_np4_196_m', 'np4_196_m__mcpc'), known_at=correction_known_at()) }}
),

clocked as (
    select
        *,
        {{ hour_ending_start('delivery_date', 'cast(delivery_hour as text)') }} as local_start
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
        'DAM' as market,
        trim(as_type) as operator_product,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        mcpc_corrected as price,
        mcpc_original as original_price,
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
