with source as (
    {{ landed(source('nem_market_config', 'mnsp_interconnector')) }}
),

final as (
    select
        'NEM' as iso,
        trim(linkid) as link_id,
        cast(effectivedate as date) as effective_date,
        versionno as version_no,
        trim(interconnectorid) as interface,
        trim(fromregion) as from_location,
        trim(toregion) as to_location,
        maxcapacity as max_capacity_mw,
        tlf as transmission_loss_factor,
        lhsfactor as flow_factor,
        meterflowconstant as meter_flow_constant,
        {{ nem_interval_end('authoriseddate') }} as authorised_at,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        from_region_tlf as from_location_loss_factor,
        to_region_tlf as to_location_loss_factor,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
