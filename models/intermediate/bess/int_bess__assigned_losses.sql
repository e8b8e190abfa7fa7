{{ config(materialized='view') }}

{%- set least_fitted = 10 %}

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

assumed as (
    select * from {{ ref('bess_assumed_losses') }}
),

-- What a battery is at least and at most, by the batteries that were fitted or by plan.
fleet as (
    select
        iso,
        {{ battery_cell(
            'quantile_cont(stored_per_mwh, 0.05)',
            'quantile_cont(drawn_per_mwh, 0.95)',
            'quantile_cont(drain_mw / power_mw, 0.95)',
            'quantile_cont(resistive_share, 0.95)',
            'quantile_cont(day_sd_mwh / power_mw, 0.95)',
            'quantile_cont(capacity_mwh / power_mw, 0.05)'
        ) }} as lowest,
        {{ battery_cell(
            'quantile_cont(stored_per_mwh, 0.95)',
            'quantile_cont(drawn_per_mwh, 0.05)',
            'quantile_cont(drain_mw / power_mw, 0.05)',
            'quantile_cont(resistive_share, 0.05)',
            'quantile_cont(day_sd_mwh / power_mw, 0.95)',
            'quantile_cont(capacity_mwh / power_mw, 0.95)'
        ) }} as highest
    from live
    group by all
    having count(*) >= {{ least_fitted }}
),

assumed_cells as (
    select
        bound,
        {{ battery_cell(
            'stored_per_mwh', 'drawn_per_mwh', 'drain_share', 'resistive_share', 'day_sd_hours',
            'duration_hours'
        ) }} as cell
    from assumed
),

planned as (
    select
        any_value(cell) filter (where bound = 'LEAST') as lowest,
        any_value(cell) filter (where bound = 'MOST') as highest
    from assumed_cells
),

same_point as (
    select
        points.iso,
        points.resource,
        live.run_id,
        live.capacity_mwh,
        {{ battery_cell(
            'live.stored_per_mwh',
            'live.drawn_per_mwh',
            'live.drain_mw / points.power_mw',
            'live.resistive_share',
            'live.day_sd_mwh / points.power_mw',
            'live.capacity_mwh / points.power_mw'
        ) }} as fitted
    from points
    inner join alone
        on points.iso = alone.iso and points.resource = alone.old_resource
    inner join live
        on alone.iso = live.iso and alone.new_resource = live.resource
    where points.power_mw > 0
)

select
    points.iso,
    points.resource,
    points.power_mw,
    same_point.capacity_mwh,
    coalesce(same_point.fitted, fleet.lowest, planned.lowest) as lowest,
    coalesce(same_point.fitted, fleet.highest, planned.highest) as highest,
    same_point.run_id,
    case
        when same_point.resource is not null then 'SAME_POINT'
        when fleet.iso is not null then 'FLEET'
        else 'ASSUMED'
    end as evidence_code
from points
left join same_point
    on points.iso = same_point.iso and points.resource = same_point.resource
left join fleet on points.iso = fleet.iso
cross join planned
where points.side = 'GEN' and points.power_mw > 0
