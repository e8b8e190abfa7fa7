with source as (
    {{ landed(source('ercot_np4_197_m', 'np4_197_m__eblmp'), known_at=correction_known_at()) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        trim(electrical_bus) as bus,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        coalesce(capped_lmp_corrected, lmp_corrected) as price,
        coalesce(capped_lmp_original, lmp_original) as original_price,
        uncapped_lmp_corrected as price_uncapped,
        uncapped_lmp_original as original_price_uncapped,
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
