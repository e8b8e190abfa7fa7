with source as (
    {{ landed(source('ercot_pg7_200_er', 'pg7_200_er__projects')) }}
),

dated as (
    select
        *,
        coalesce(_published_at, _fetched_at) as listed_at
    from source
),

final as (
    select
        'ERCOT' as iso,
        listed_at,
        cast(timezone('America/Chicago', listed_at) as date) as market_date,
        rtrim(trim(inr), '*') as inr,
        trim(project_name) as project_name,
        trim(study_phase) as study_phase,
        trim(interconnecting_entity) as interconnecting_entity,
        trim(poi_location) as poi_location,
        trim(county) as county,
        trim(cdr_reporting_zone) as zone,
        {{ workbook_date('projected_cod') }} as projected_operation_date,
        trim(fuel) as operator_fuel,
        trim(technology) as operator_technology,
        try_cast(rtrim(trim(capacity), '* ') as double) as capacity_mw,
        trim(change_indicators) as change_indicators,
        {{ workbook_date('site_control_approved') }} as site_control_approved_date,
        {{ workbook_date('screening_study_started') }} as screening_started_date,
        {{ workbook_date('screening_study_complete') }} as screening_completed_date,
        {{ workbook_date('fis_requested') }} as full_study_requested_date,
        {{ workbook_date('fis_approved') }} as full_study_approved_date,
        lower(trim(economic_study_required)) in ('yes', 'y', 'true') as is_economic_study_required,
        {{ workbook_date('ia_signed') }} as agreement_signed_date,
        lower(trim(financial_security)) in ('yes', 'y', 'true') as has_financial_security,
        trim(air_permit) as air_permit,
        trim(ghg_permit) as ghg_permit,
        trim(water_availability) as water_availability,
        trim(meets_planning_first) as meets_planning_first,
        trim(meets_planning_all) as meets_planning_all,
        trim(meets_qsa_prerequisites) as meets_qsa_prerequisites,
        {{ workbook_date('construction_start') }} as construction_start_date,
        {{ workbook_date('construction_end') }} as construction_end_date,
        {{ workbook_date('approved_for_energization') }} as energization_approved_date,
        {{ workbook_date('approved_for_synchronization') }} as synchronization_approved_date,
        trim(comment) as comment,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from dated
)

select * from final
