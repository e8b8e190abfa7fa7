{{ config(materialized='view') }}

with telemetered as (
    select
        iso,
        side,
        resource,
        interval_start,
        interval_end,
        market_date,
        'TELEMETERED' as soc_source,
        first_soc_mwh as soc_mwh,
        first_soc_mwh as soc_low_mwh,
        first_soc_mwh as soc_high_mwh,
        nullif(maximum_soc_mwh, 0) as capacity_mwh,
        cast(null as text) as losses_evidence_code,
        cast(null as text) as losses_run_id,
        _built_at
    from {{ ref('int_bess__quarters') }}
    where side = 'ESR' and first_soc_mwh is not null
),

-- A pair that broke leaves the states that were rebuilt with it behind.
pairs as (
    select * from {{ ref('int_bess__pairs') }}
    where load_resource is not null
),

-- Two standard deviations of what days leave unexplained on both sides. Of a battery whose size no
-- telemetry tells there are bounds alone: their middle would look like a state.
rebuilt as (
    select
        states.iso,
        'GEN' as side,
        states.resource,
        states.interval_start,
        {{ add_minutes('states.interval_start', 15) }} as interval_end,
        states.market_date,
        'REBUILT' as soc_source,
        case
            when states.capacity_mwh is not null then (states.low_mwh + states.high_mwh) / 2
        end as soc_mwh,
        greatest(states.low_mwh - 2 * sqrt(states.variance_mwh2), 0) as soc_low_mwh,
        least(states.high_mwh + 2 * sqrt(states.variance_mwh2), states.capacity_mwh)
            as soc_high_mwh,
        states.capacity_mwh,
        states.evidence_code as losses_evidence_code,
        states.run_id as losses_run_id,
        states._built_at
    from {{ ref('int_bess__rebuilt_states') }} as states
    inner join pairs on states.iso = pairs.iso and states.resource = pairs.resource
)

select * from telemetered
union all
select * from rebuilt
