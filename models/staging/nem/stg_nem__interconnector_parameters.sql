with source as (
    {{ landed(source('nem_market_config', 'interconnectorconstraint')) }}
),

final as (
    select
        'NEM' as iso,
        cast(effectivedate as date) as effective_date,
        versionno as version_no,
        trim(interconnectorid) as interface,
        fromregionlossshare as from_location_loss_share,
        maxmwin as max_import_mw,
        maxmwout as max_export_mw,
        lossconstant as loss_constant,
        lossflowcoefficient as loss_flow_coefficient,
        trim(emsmeasurand) as ems_measurand,
        {{ nem_interval_end('authoriseddate') }} as authorised_at,
        importlimit as import_limit_mw,
        exportlimit as export_limit_mw,
        nonphysicallossfactor as nonphysical_loss_factor,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        fcassupportunavailable as fcas_support_unavailable,
        trim(ictype) as interconnector_type,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
