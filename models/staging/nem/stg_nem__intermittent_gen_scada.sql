with source as (
    {{ landed(source('nem_intermittent_gen_scada', 'intermittent_gen_scada')) }}
),

final as (
    select
        'NEM' as iso,
        trim(duid) as resource,
        trim(scada_type) as scada_type,
        {{ nem_interval_end('run_datetime - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('run_datetime') }} as interval_end,
        {{ nem_market_date('run_datetime') }} as market_date,
        {{ nem_trading_date('run_datetime') }} as trading_date,
        scada_value,
        trim(scada_quality) as scada_quality,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
