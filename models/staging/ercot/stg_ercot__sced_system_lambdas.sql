with source as (
    {{ landed(source('ercot_np6_322_cd', 'np6_322_cd')) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        coalesce(capped_system_lambda, system_lambda) as price,
        uncapped_system_lambda as uncapped_price,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
