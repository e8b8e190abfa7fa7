{{ config(materialized='view', alias='estimated_ptdf_node_summary_staged') }}
{#- Drivers of a location that are listed. -#}
{%- set top = 5 -%}
select
    iso,
    run_id,
    fitted_at,
    method_version,
    first_run_at,
    last_run_at,
    is_live,
    location,
    location_type,
    row_number() over (
        partition by iso, run_id, location, location_type
        order by expected_impact desc, constraint_name, contingency_name, from_station
    ) as driver_rank,
    constraint_name,
    contingency_name,
    from_station,
    to_station,
    group_name,
    beta,
    standard_error,
    avg_abs_mu,
    expected_impact,
    expected_impact / sum(expected_impact) over (partition by iso, run_id, location, location_type)
        as impact_share,
    _built_at
from {{ ref('ref__estimated_ptdf_staged') }}
where expected_impact > 0
qualify driver_rank <= {{ top }}
