with source as (
    {{ landed(source('caiso_prc_lmp', 'prc_lmp')) }}
),

renamed as (
    select
        *,
        trim(node) as location,
        trim(market_run_id) as operator_market
    from source
),

final as (
    select
        'CAISO' as iso,
        operator_market as market,
        operator_market,
        location,
        {{ caiso_location_type('location') }} as location_type,
        trim(lmp_type) as lmp_type,
        {{ caiso_interval_start() }} as interval_start,
        {{ utc_instant('interval_end_gmt') }} as interval_end,
        opr_dt as market_date,
        opr_hr as operator_hour,
        price as value_usd_per_mwh,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from renamed
)

select * from final
