with source as (
    {{ landed(source('caiso_sld_fcst', 'sld_fcst')) }}
),

renamed as (
    select
        *,
        trim(market_run_id) as operator_market
    from source
),

final as (
    select
        'CAISO' as iso,
        trim(tac_area_name) as location,
        operator_market,
        -- The XML form gives one type for a report that mixes both real-time series.
        case trim(xml_data_item)
            when 'SYS_FCST_5MIN_MW' then 'RTD'
            when 'SYS_FCST_15MIN_MW' then 'RTPD'
            else coalesce(trim(execution_type), operator_market)
        end as execution_type,
        {{ caiso_interval_start() }} as interval_start,
        {{ utc_instant('interval_end_gmt') }} as interval_end,
        (epoch_us(interval_end_gmt) - epoch_us(interval_start_gmt)) // 60000000
            as interval_minutes,
        opr_dt as market_date,
        mw as load_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from renamed
)

select * from final
