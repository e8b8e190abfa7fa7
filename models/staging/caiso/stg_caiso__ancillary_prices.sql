with source as (
    {{ landed(source('caiso_prc_as', 'prc_as')) }}
),

final as (
    select
        'CAISO' as iso,
        trim(market_run_id) as market,
        trim(anc_region) as location,
        trim(anc_type) as operator_product,
        {{ caiso_interval_start() }} as interval_start,
        {{ utc_instant('interval_end_gmt') }} as interval_end,
        opr_dt as market_date,
        opr_hr as operator_hour,
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
