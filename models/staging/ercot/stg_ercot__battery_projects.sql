with source as (
    {{ landed(source('ercot_pg7_200_er', 'pg7_200_er__batteries')) }}
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
        trim(interconnecting_entity) as interconnecting_entity,
        trim(poi_location) as poi_location,
        trim(county) as county,
        trim(cdr_reporting_zone) as zone,
        {{ workbook_date('projected_cod') }} as projected_operation_date,
        trim(fuel) as operator_fuel,
        trim(technology) as operator_technology,
        try_cast(rtrim(trim(capacity), '* ') as double) as capacity_mw,
        sheet as site_kind,
        trim(project_status) as project_status,
        {{ workbook_date('ia_signed') }} as agreement_signed_date,
        lower(trim(financial_security)) in ('yes', 'y', 'true') as has_financial_security,
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
