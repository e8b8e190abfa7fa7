{{ config(materialized='view', schema='marts', alias='scenario_quotes') }}

with scenarios as (
    select
        request_id,
        run_at,
        _built_at,
        unnest(quotes, recursive := true) as fields
    from {{ ref('int_scenario__runs') }}
)

select
    scenarios.request_id,
    scenarios.run_at,
    scenarios.event,
    scenarios.outcome,
    scenarios.price,
    scenarios.shares,
    scenarios.bid,
    scenarios.ask,
    scenarios.liquidity,
    scenarios.worst_loss,
    scenarios._built_at
from scenarios
