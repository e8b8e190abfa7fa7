with source as (
    {{ landed(source('ercot_np6_332_cd', 'np6_332_cd')) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        trim(as_type) as operator_product,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        coalesce(capped_mcpc, mcpc) as price,
        uncapped_mcpc as price_uncapped,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
