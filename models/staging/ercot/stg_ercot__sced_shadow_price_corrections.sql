with source as (
    {{ landed(
        source('ercot_np4_197_m', 'np4_197_m__shadow_price'), known_at=correction_known_at()
    ) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        constraint_id,
        trim(constraint_name) as constraint_name,
        trim(contingency_name) as contingency_name,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'dst_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        shadow_price_corrected as shadow_price,
        shadow_price_original as original_shadow_price,
        limit_corrected as limit_mw,
        limit_original as original_limit_mw,
        value_corrected as flow_mw,
        value_original as original_flow_mw,
        {{ corrected_at() }} as corrected_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
