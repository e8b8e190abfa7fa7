with source as (
    {{ landed(source('nem_participant_registration', 'dudetail')) }}
),

final as (
    select
        'NEM' as iso,
        cast(effectivedate as date) as effective_date,
        trim(duid) as resource,
        versionno as version_no,
        trim(connectionpointid) as connection_point_id,
        trim(voltlevel) as voltage_level,
        registeredcapacity as registered_capacity_mw,
        trim(agccapability) as agc_capability_flag,
        trim(dispatchtype) as dispatch_type,
        maxcapacity as max_capacity_mw,
        trim(starttype) as start_type,
        trim(normallyonflag) as normally_on_flag,
        trim(spinningreserveflag) as spinning_reserve_flag,
        {{ nem_interval_end('authoriseddate') }} as authorised_at,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        trim(intermittentflag) as intermittent_flag,
        trim(semischedule_flag) as semi_schedule_flag,
        maxrateofchangeup as max_ramp_rate_up,
        maxrateofchangedown as max_ramp_rate_down,
        trim(dispatchsubtype) as dispatch_subtype,
        trim(adg_id) as adg_id,
        mincapacity as min_capacity_mw,
        registeredmincapacity as registered_min_capacity_mw,
        maxrateofchangeup_load as load_max_ramp_rate_up,
        maxrateofchangedown_load as load_max_ramp_rate_down,
        maxstoragecapacity as max_storage_capacity_mwh,
        storageimportefficiencyfactor as storage_import_efficiency,
        storageexportefficiencyfactor as storage_export_efficiency,
        min_ramp_rate_up,
        min_ramp_rate_down,
        load_min_ramp_rate_up,
        load_min_ramp_rate_down,
        aggregated as is_aggregated,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
