with source as (
    {{ landed(source('nem_rooftop_actual', 'rooftop_actual')) }}
),

final as (
    select
        'NEM' as iso,
        trim(type) as rooftop_type,
        trim(regionid) as location,
        {{ nem_interval_end('interval_datetime - interval 30 minutes') }} as interval_start,
        {{ nem_interval_end('interval_datetime') }} as interval_end,
        {{ nem_market_date('interval_datetime') }} as market_date,
        {{ nem_trading_date('interval_datetime') }} as trading_date,
        power as power_mw,
        qi as quality,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
