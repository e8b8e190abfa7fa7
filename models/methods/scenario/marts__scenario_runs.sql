{{ config(materialized='view', schema='marts', alias='scenario_runs') }}

select
    runs.request_id,
    runs.iso,
    requests._built_at as requested_at,
    requests.request,
    runs.ptdf_run_id,
    runs.run_at,
    runs.status,
    runs.reason,
    runs.system_lambda,
    runs.threshold,
    runs.shocks,
    runs.uncovered_mu,
    len(runs.constraints) as constraint_count,
    len(runs.nodes) as location_count,
    to_json({
        'constraints': runs.constraints,
        'nodes': runs.nodes,
        'drivers': runs.drivers,
        'events': runs.events,
        'quotes': runs.quotes
    }) as document,
    runs._built_at
from {{ ref('int_scenario__runs') }} as runs
inner join {{ ref('int_scenario__requests') }} as requests
    on runs.request_id = requests.request_id
