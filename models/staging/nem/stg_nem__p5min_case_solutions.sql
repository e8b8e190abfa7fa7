with source as (
    {{ landed(source('nem_p5min', 'p5min_casesolution')) }}
),

final as (
    select
        'NEM' as iso,
        {{ nem_interval_end('run_datetime') }} as run_at,
        trim(startinterval_datetime) as first_interval_end,
        intervention,
        totalobjective as total_objective,
        totalareagenviolation as region_violation,
        totalinterconnectorviolation as interconnector_violation,
        totalgenericviolation as constraint_violation,
        totalramprateviolation as ramp_rate_violation,
        totalunitmwcapacityviolation as unit_capacity_violation,
        totalfaststartviolation as fast_start_violation,
        totalenergyofferviolation as energy_offer_violation,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
