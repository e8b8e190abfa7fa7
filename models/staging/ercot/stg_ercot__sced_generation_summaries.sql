with source as (
    {{ landed(source('ercot_np3_910_er', 'np3_910_er__gen_summary')) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        case when area = '' then 'TOTAL' else upper(area) end as location,
        case when area = '' then 'SYSTEM' else 'ZONE' end as location_type,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        base_point_non_wgr_mw,
        hasl_non_wgr_mw,
        lasl_non_wgr_mw,
        base_point_non_irr_mw,
        hasl_non_irr_mw,
        lasl_non_irr_mw,
        base_point_wgr_mw,
        hasl_wgr_mw,
        lasl_wgr_mw,
        base_point_pvgr_mw,
        hasl_pvgr_mw,
        lasl_pvgr_mw,
        base_point_remaining_mw,
        hasl_remaining_mw,
        lasl_remaining_mw,
        base_point_esr_mw,
        base_point_esr_charging_mw,
        base_point_esr_discharging_mw,
        telemetered_generation_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
