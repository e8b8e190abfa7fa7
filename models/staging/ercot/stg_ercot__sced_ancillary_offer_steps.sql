with source as (
    {{ landed(source('ercot_np3_906_ex', 'np3_906_ex')) }}
),

final as (
    select
        'ERCOT' as iso,
        'RT5M' as market,
        upper(ancillary_type) as operator_product,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at,
        cast(sced_timestamp as date) as market_date,
        mw_offered as offered_mw,
        price,
        'USD' as currency,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
