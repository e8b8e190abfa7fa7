with source as (
    {{ landed(source('ercot_np6_329_cd', 'np6_329_cd')) }}
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
        regup as regup_price,
        regdn as regdn_price,
        rrs as rrs_price,
        ecrs as ecrs_price,
        nspin as nspin_price,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
