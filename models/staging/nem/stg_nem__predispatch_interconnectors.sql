with source as (
    {{ landed(source('nem_predispatchis', 'predispatchinterconnectorres')) }}
),

final as (
    select
        'NEM' as iso,
        trim(predispatchseqno) as run_id,
        trim(interconnectorid) as interface,
        intervention,
        {{ nem_interval_end('datetime - interval 30 minutes') }} as interval_start,
        {{ nem_interval_end('datetime') }} as interval_end,
        {{ nem_market_date('datetime') }} as market_date,
        {{ nem_trading_date('datetime') }} as trading_date,
        runno as run_no,
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
