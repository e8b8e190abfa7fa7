with source as (
    {{ landed(source('caiso_prc_as', 'prc_as')) }}
),

final as (
    select
        'CAISO' as iso,
        trim(market_run_id) as market,
        trim(anc_region) as location,
        trim(anc_type) as operator_product,
        -- null where the row contradicts itself: `fct_unresolved_rows` shows it, no fact does
        case
            when {{ within_trading_hour('interval_start_gmt', 'interval_end_gmt', 'opr_dt', 'opr_hr') }}
                then {{ utc_instant('interval_start_gmt') }}
        end as interval_start,
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
