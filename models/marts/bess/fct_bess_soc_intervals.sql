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

-- Two standard deviations of what days leave unexplained on both sides. Of a battery whose size no
-- telemetry tells there are bounds alone: their middle would look like a state.
rebuilt as (
    select
        iso,
        'GEN' as side,
        resource,
        interval_start,
        {{ add_minutes('interval_start', 15) }} as interval_end,
        market_date,
        'REBUILT' as soc_source,
        case when capacity_mwh is not null then (low_mwh + high_mwh) / 2 end as soc_mwh,
        greatest(low_mwh - 2 * sqrt(variance_mwh2), 0) as soc_low_mwh,
        least(high_mwh + 2 * sqrt(variance_mwh2), capacity_mwh) as soc_high_mwh,
        capacity_mwh,
        evidence_code as losses_evidence_code,
        run_id as losses_run_id,
        _built_at
    from {{ ref('int_bess__rebuilt_states') }}
)

select * from telemetered
union all
select * from rebuilt
