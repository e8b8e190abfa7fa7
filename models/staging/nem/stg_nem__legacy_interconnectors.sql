with source as (
    {{ landed(source('nem_dispatch_legacy', 'legacy_dint')) }}
),

final as (
    select
        'NEM' as iso,
        runno as run_no,
        trim(interconnectorid) as interface,
        intervention,
        {{ nem_interval_end('settlementdate - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('settlementdate') }} as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
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
        fcasexportlimit as fcas_export_limit_mw,
        fcasimportlimit as fcas_import_limit_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
