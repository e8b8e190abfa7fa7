with source as (
    {{ landed(source('ercot_np4_197_m', 'np4_197_m__soglmp'), known_at=correction_known_at()) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        trim(resource_name) as resource,
        trim(resource_type) as resource_type,
        trim(meter_name) as meter,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        final_lmp_corrected as price,
        final_lmp_original as original_price,
        meter_lmp_corrected as meter_price,
        meter_lmp_original as original_meter_price,
        rtorpa_corrected as rtorpa,
        rtorpa_original as original_rtorpa,
        rtordpa_corrected as rtordpa,
        rtordpa_original as original_rtordpa,
        rtrdpa_corrected as rtrdpa,
        rtrdpa_original as original_rtrdpa,
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
