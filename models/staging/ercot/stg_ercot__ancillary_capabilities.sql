with source as (
    {{ landed(source('ercot_np6_328_cd', 'np6_328_cd')) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        cap_regup_total as regup_mw,
        cap_regdn_total as regdn_mw,
        cap_rrs_total as rrs_mw,
        cap_ecrs_total as ecrs_mw,
        cap_nspin_total as nspin_mw,
        cap_regup_rrs_total as regup_rrs_mw,
        cap_regup_rrs_ecrs_total as regup_rrs_ecrs_mw,
        cap_regup_rrs_ecrs_nspin_total as regup_rrs_ecrs_nspin_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
