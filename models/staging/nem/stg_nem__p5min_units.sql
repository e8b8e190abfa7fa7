with source as (
    {{ landed(source('nem_p5min', 'p5min_unitsolution')) }}
),

final as (
    select
        'NEM' as iso,
        {{ nem_interval_end('run_datetime') }} as run_at,
        trim(duid) as resource,
        {{ nem_interval_end('interval_datetime - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('interval_datetime') }} as interval_end,
        {{ nem_market_date('interval_datetime') }} as market_date,
        {{ nem_trading_date('interval_datetime') }} as trading_date,
        intervention,
        agcstatus as agc_status,
        initialmw as initial_mw,
        totalcleared as total_cleared_mw,
        rampdownrate as ramp_down_rate_mw_per_hour,
        rampuprate as ramp_up_rate_mw_per_hour,
        availability as availability_mw,
        uigf as uigf_mw,
        semidispatchcap as semi_dispatch_cap,
        conformance_mode,
        initial_energy_storage as initial_energy_storage_mwh,
        energy_storage as energy_storage_mwh,
        energy_storage_min as energy_storage_min_mwh,
        energy_storage_max as energy_storage_max_mwh,
        min_availability as min_availability_mw,
        element_cap as element_cap_mw,
        raise1sec as raise1sec_enabled_mw,
        raise6sec as raise6sec_enabled_mw,
        raise60sec as raise60sec_enabled_mw,
        raise5min as raise5min_enabled_mw,
        raisereg as raisereg_enabled_mw,
        lower1sec as lower1sec_enabled_mw,
        lower6sec as lower6sec_enabled_mw,
        lower60sec as lower60sec_enabled_mw,
        lower5min as lower5min_enabled_mw,
        lowerreg as lowerreg_enabled_mw,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
