{{ config(materialized='view', schema='marts', alias='scenario_drivers') }}

with scenarios as (
    select
        request_id,
        run_at,
        _built_at,
        unnest(drivers, recursive := true) as fields
    from {{ ref('int_scenario__runs') }}
)

select
    scenarios.request_id,
    scenarios.run_at,
    scenarios.location,
    scenarios.location_type,
    scenarios.rank,
    scenarios.constraint_name,
    scenarios.contingency_name,
    scenarios.shadow_price,
    scenarios.beta,
    scenarios.contribution,
    scenarios._built_at
from scenarios
