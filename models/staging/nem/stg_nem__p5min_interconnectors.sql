with source as (
    {{ landed(source('nem_p5min', 'p5min_interconnectorsoln')) }}
),

final as (
    select
        'NEM' as iso,
        {{ nem_interval_end('run_datetime') }} as run_at,
        trim(interconnectorid) as interface,
        {{ nem_interval_end('interval_datetime - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('interval_datetime') }} as interval_end,
        {{ nem_market_date('interval_datetime') }} as market_date,
        {{ nem_trading_date('interval_datetime') }} as trading_date,
        intervention,
        meteredmwflow as metered_flow_mw,
        mwflow as flow_mw,
        mwlosses as losses_mw,
        exportlimit as export_limit_mw,
        importlimit as import_limit_mw,
        marginalvalue as marginal_value,
        violationdegree as violation_degree,
        marginalloss as marginal_loss,
        trim(exportgenconid) as export_constraint_name,
        trim(importgenconid) as import_constraint_name,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
