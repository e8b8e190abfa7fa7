{{ config(materialized='view', alias='estimated_ptdf_staged') }}

with coefficients as (
    select
        iso,
        run_id,
        unnest(coefficients, recursive := true) as fields
    from {{ ref('int_ptdf__fit') }}
),

constraints as (
    select
        iso,
        run_id,
        generate_subscripts(constraint_offsets, 1) as constraint_place,
        unnest(constraint_offsets, recursive := true) as fields
    from {{ ref('int_ptdf__fit') }}
),

locations as (
    select
        iso,
        run_id,
        generate_subscripts(locations, 1) as location_place,
        unnest(locations, recursive := true) as fields
    from {{ ref('int_ptdf__fit') }}
)

select
    runs.iso,
    runs.run_id,
    runs.fitted_at,
    runs.method_version,
    runs.first_run_at,
    runs.last_run_at,
    runs.is_live,
    split_part(constraints.constraint_key, chr(31), 1) as constraint_name,
    split_part(constraints.constraint_key, chr(31), 2) as contingency_name,
    split_part(constraints.constraint_key, chr(31), 3) as from_station,
    split_part(constraints.constraint_key, chr(31), 4) as to_station,
    split_part(locations.location_key, chr(31), 1) as location,
    split_part(locations.location_key, chr(31), 2) as location_type,
    coefficients.beta,
    abs(coefficients.beta) as abs_beta,
    constraints.mean_mu as avg_abs_mu,
    abs(coefficients.beta) * constraints.mean_mu as expected_impact,
    coefficients.beta_debiased,
    coefficients.standard_error,
    coefficients.low as low_beta,
    coefficients.high as high_beta,
    coefficients.is_identified,
    replace(constraints.group_name, chr(31), '|') as group_name,
    runs.fitted_at as _built_at
from coefficients
inner join {{ ref('int_ptdf__runs') }} as runs
    on
        coefficients.iso = runs.iso
        and coefficients.run_id = runs.run_id
inner join constraints
    on
        coefficients.iso = constraints.iso
        and coefficients.run_id = constraints.run_id
        and coefficients.constraint_place = constraints.constraint_place
inner join locations
    on
        coefficients.iso = locations.iso
        and coefficients.run_id = locations.run_id
        and coefficients.location_place = locations.location_place
