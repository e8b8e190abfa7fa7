with source as (
    {{ landed(source('ercot_np6_325_cd', 'np6_325_cd')) }}
),

resolved as (
    select
        *,
        {{ local_to_utc('rtd_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        {{ interval_ending_to_utc(
            'interval_ending', 'America/Chicago', 'interval_repeated_hour_flag', 5
        ) }} as interval_end
    from source
),

final as (
    select
        'ERCOT' as iso,
        'RTD' as market,
        run_at,
        {{ add_minutes('interval_end', -5) }} as interval_start,
        interval_end,
        cast(interval_ending - interval 5 minutes as date) as market_date,
        system_lambda,
        rtorpa,
        rtoffpa,
        rtordpa,
        rtrdpa,
        rtrdparus,
        rtrdpards,
        rtrdparrs,
        rtrdpaecrs,
        rtrdpanss,
        rtolcap,
        rtoffcap,
        rtrruc,
        rtrrmr,
        rtdnclr,
        rtders,
        rtdctieimport,
        rtdctieexport,
        rtbltimport,
        rtbltexport,
        rtollasl,
        rtolhasl,
        rtnclrecrs,
        rtollsl,
        rtolhsl,
        rtdll,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
