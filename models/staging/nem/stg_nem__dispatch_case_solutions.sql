with source as (
    {{ landed(source('nem_dispatchis', 'dispatch_case_solution')) }}
),

final as (
    select
        'NEM' as iso,
        runno as run_no,
        intervention,
        {{ nem_interval_end('settlementdate - interval 5 minutes') }} as interval_start,
        {{ nem_interval_end('settlementdate') }} as interval_end,
        {{ nem_market_date('settlementdate') }} as market_date,
        {{ nem_trading_date('settlementdate') }} as trading_date,
        trim(casesubtype) as case_subtype,
        solutionstatus as solution_status,
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
