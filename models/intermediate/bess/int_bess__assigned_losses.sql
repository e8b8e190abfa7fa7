{{ config(materialized='view') }}

with points as (
    select
        iso,
        side,
        resource,
        arg_max(settlement_point, market_date) as settlement_point,
        max(hsl_mw) as power_mw
    from {{ ref('int_bess__dam_awards') }}
    where side in ('GEN', 'ESR') and settlement_point is not null
    group by all
),

-- Points with one battery before the single model and one since: meters and nodes did not change.
alone as (
    select
        iso,
        settlement_point,
        max(resource) filter (where side = 'GEN') as old_resource,
        max(resource) filter (where side = 'ESR') as new_resource
    from points
    group by all
    having count_if(side = 'GEN') = 1 and count_if(side = 'ESR') = 1
),

live as (
    select * from {{ ref('int_bess__live_losses') }}
),

fleet as (
    select
        iso,
        median(stored_per_mwh) as stored_per_mwh,
        median(drawn_per_mwh) as drawn_per_mwh,
        median(drain_mw / power_mw) as drain_share,
        median(resistive_share) as resistive_share,
        median(day_sd_mwh / capacity_mwh) as day_sd_share,
        median(capacity_mwh / power_mw) as duration_hours
    from live
    group by all
),

assumed as (
    select * from {{ ref('bess_assumed_losses') }}
),

found as (
    select
        points.iso,
        points.resource,
        points.power_mw,
        live.run_id,
        case
            when live.resource is not null then 'SAME_POINT'
            when fleet.iso is not null then 'FLEET'
            else 'ASSUMED'
        end as evidence_code,
        coalesce(live.stored_per_mwh, fleet.stored_per_mwh, assumed.stored_per_mwh)
            as stored_per_mwh,
        coalesce(live.drawn_per_mwh, fleet.drawn_per_mwh, assumed.drawn_per_mwh) as drawn_per_mwh,
        coalesce(
            live.drain_mw, points.power_mw * coalesce(fleet.drain_share, assumed.drain_share)
        ) as drain_mw,
        coalesce(live.resistive_share, fleet.resistive_share, assumed.resistive_share)
            as resistive_share,
        coalesce(
            live.capacity_mwh,
            points.power_mw * coalesce(fleet.duration_hours, assumed.duration_hours)
        ) as capacity_mwh,
        coalesce(fleet.day_sd_share, assumed.day_sd_share) as day_sd_share,
        live.day_sd_mwh
    from points
    left join alone
        on points.iso = alone.iso and points.resource = alone.old_resource
    left join live
        on alone.iso = live.iso and alone.new_resource = live.resource
    left join fleet on points.iso = fleet.iso
    cross join assumed
    where points.side = 'GEN' and points.power_mw > 0
)

select
    iso,
    resource,
    power_mw,
    capacity_mwh,
    stored_per_mwh,
    drawn_per_mwh,
    drain_mw,
    resistive_share,
    coalesce(day_sd_mwh, day_sd_share * capacity_mwh) as day_sd_mwh,
    run_id,
    evidence_code
from found
