{{ config(materialized='view', schema='marts', alias='scenario_nodes') }}

with scenarios as (
    select
        request_id,
        run_at,
        _built_at,
        unnest(nodes, recursive := true) as fields
    from {{ ref('int_scenario__runs') }}
)

select
    scenarios.request_id,
    scenarios.run_at,
    scenarios.location,
    scenarios.location_type,
    scenarios.is_fitted,
    scenarios.price,
    scenarios.congestion,
    scenarios.intercept,
    scenarios.chance_above,
    scenarios.residual_count,
    scenarios.quantiles,
    scenarios._built_at
from scenarios
