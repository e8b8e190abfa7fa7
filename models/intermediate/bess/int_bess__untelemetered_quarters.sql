{{ config(materialized='view') }}

with discharged as (
    select * from {{ ref('int_bess__quarters') }}
    where side = 'GEN'
),

charged as (
    select * from {{ ref('int_bess__quarters') }}
    where side = 'LOAD' and market_date < {{ single_model_since() }}
),

pairs as (
    select * from {{ ref('int_bess__pairs') }}
),

losses as (
    select * from {{ ref('int_bess__assigned_losses') }}
)

-- A battery whose charging side is not known has no state that could be told.
select
    discharged.iso,
    discharged.resource,
    discharged.market_date,
    discharged.interval_start,
    coalesce(discharged.step_charged_mwh, 0) + coalesce(charged.step_charged_mwh, 0)
        as step_charged_mwh,
    coalesce(discharged.step_discharged_mwh, 0) + coalesce(charged.step_discharged_mwh, 0)
        as step_discharged_mwh,
    discharged.step_hours,
    coalesce(discharged.step_squared_mw2h, 0) + coalesce(charged.step_squared_mw2h, 0)
        as step_squared_mw2h,
    coalesce(discharged.is_step_known, true)
    and charged.resource is not null
    and coalesce(charged.is_step_known, true) as is_step_known,
    losses.capacity_mwh,
    losses.power_mw,
    losses.lowest,
    losses.highest,
    losses.run_id,
    losses.evidence_code,
    greatest(discharged._built_at, charged._built_at, pairs._built_at) as _built_at
from discharged
inner join pairs on discharged.iso = pairs.iso and discharged.resource = pairs.resource
inner join losses on discharged.iso = losses.iso and discharged.resource = losses.resource
left join charged
    on
        discharged.iso = charged.iso
        and pairs.load_resource = charged.resource
        and discharged.interval_start = charged.interval_start
where pairs.load_resource is not null
