{{ config(materialized='view', schema='marts', alias='scenario_events') }}

with scenarios as (
    select
        request_id,
        run_at,
        _built_at,
        unnest(events, recursive := true) as fields
    from {{ ref('int_scenario__runs') }}
)

select
    scenarios.request_id,
    scenarios.run_at,
    scenarios.event,
    scenarios.kind,
    scenarios.location,
    scenarios.location_type,
    scenarios.outcome,
    scenarios.probability,
    scenarios.parent,
    scenarios.parent_outcome,
    scenarios.conditional_probability,
    scenarios.joint_probability,
    scenarios._built_at
from scenarios
