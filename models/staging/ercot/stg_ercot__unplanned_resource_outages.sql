{%- set no_flag = 'null' -%}
with source as (
    {{ landed(source('ercot_np1_346_er', 'np1_346_er')) }}
),

final as (
    select
        'ERCOT' as iso,
        cast(actual_outage_start as date) as market_date,
        trim(resource_name) as resource,
        trim(resource_unit_code) as resource_unit,
        trim(fuel_type) as operator_fuel,
        trim(outage_type) as outage_type,
        {{ local_to_utc('actual_outage_start', 'America/Chicago', no_flag) }} as starts_at,
        {{ local_to_utc('planned_end_date', 'America/Chicago', no_flag) }} as planned_end_at,
        {{ local_to_utc('actual_end_date', 'America/Chicago', no_flag) }} as ends_at,
        available_mw_maximum as capacity_mw,
        available_mw_during_outage as available_mw,
        effective_mw_reduction as outage_mw,
        trim(nature_of_work) as reason,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
