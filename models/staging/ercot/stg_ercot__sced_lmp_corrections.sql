with source as (
    {{ landed(source('ercot_np4_197_m', 'np4_197_m__splmp'), known_at=correction_known_at()) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        trim(settlement_point) as location,
        {{ ercot_location_type('trim(settlement_point)') }} as location_type,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'dst_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        lmp_corrected as price,
        lmp_original as original_price,
        'USD' as currency,
        {{ corrected_at() }} as corrected_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
