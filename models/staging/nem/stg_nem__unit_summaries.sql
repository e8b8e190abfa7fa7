with source as (
    {{ landed(source('nem_participant_registration', 'dudetailsummary')) }}
),

final as (
    select
        'NEM' as iso,
        trim(duid) as resource,
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        trim(dispatchtype) as dispatch_type,
        trim(connectionpointid) as connection_point_id,
        trim(regionid) as region,
        trim(stationid) as station_id,
        trim(participantid) as participant_id,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        transmissionlossfactor as transmission_loss_factor,
        trim(starttype) as start_type,
        distributionlossfactor as distribution_loss_factor,
        minimum_energy_price,
        maximum_energy_price,
        trim(schedule_type) as schedule_type,
        min_ramp_rate_up,
        min_ramp_rate_down,
        max_ramp_rate_up,
        max_ramp_rate_down,
        is_aggregated,
        trim(dispatchsubtype) as dispatch_subtype,
        trim(adg_id) as adg_id,
        load_minimum_energy_price,
        load_maximum_energy_price,
        load_min_ramp_rate_up,
        load_min_ramp_rate_down,
        load_max_ramp_rate_up,
        load_max_ramp_rate_down,
        secondary_tlf as secondary_transmission_loss_factor,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
