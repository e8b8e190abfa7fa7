{{ config(materialized='view') }}

{%- set products = [
    'dam_energy', 'dam_regup', 'dam_regdn', 'dam_rrs', 'dam_ecrs', 'dam_nspin', 'rt_energy',
    'rt_services'
] %}

with days as (
    select * from {{ ref('rpt_bess_revenue_daily') }}
),

-- The greatest power of the month stands for it: a day out of service has a limit of zero.
months as (
    select
        iso,
        resource,
        cast(date_trunc('month', market_date) as date) as month,
        arg_max(settlement_point, market_date) as settlement_point,
        max(capacity_mw) as capacity_mw,
        {% for product in products -%}
        cast(sum(cast({{ product }}_amount as decimal(18, 6))) as double) as {{ product }}_amount,
        {% endfor -%}
        cast(sum(cast(amount as decimal(18, 6))) as double) as amount,
        -- energy and spreads of the same days: those that are settled
        sum(dam_energy_amount + rt_energy_amount) filter (where is_settled)
            as settled_energy_amount,
        sum(unpriced_line_count) as unpriced_line_count,
        sum(discharged_mwh) as discharged_mwh,
        sum(charged_mwh) as charged_mwh,
        median(storage_mwh) as storage_mwh,
        sum(cycles) as cycles,
        -- over days with telemetry: the others cannot tell. One day without the file of loads must
        -- not cost the month.
        case
            when count(has_charging_side) > 0
                then count_if(has_charging_side) >= 0.8 * count(has_charging_side)
        end as has_charging_side,
        sum(tb1) as tb1,
        sum(tb1) filter (where is_settled) as settled_tb1,
        sum(tb2) as tb2,
        sum(tb2) filter (where is_settled) as settled_tb2,
        sum(tb4) as tb4,
        sum(tb4) filter (where is_settled) as settled_tb4,
        count(amount) as day_count,
        count(*) filter (where is_settled) as settled_day_count
    from days
    group by all
)

select
    iso,
    resource,
    month,
    settlement_point,
    capacity_mw,
    {% for product in products -%}
    {{ product }}_amount,
    {% endfor -%}
    amount,
    amount / capacity_mw as amount_per_mw,
    amount / capacity_mw / 1000 as amount_per_kw,
    'USD' as currency,
    cast(unpriced_line_count as integer) as unpriced_line_count,
    discharged_mwh,
    charged_mwh,
    storage_mwh,
    cycles,
    has_charging_side,
    case when has_charging_side and charged_mwh > 0 then discharged_mwh / charged_mwh end
        as discharged_per_charged,
    tb1,
    tb2,
    tb4,
    settled_energy_amount / nullif(capacity_mw * settled_tb1, 0) as tb1_capture,
    settled_energy_amount / nullif(capacity_mw * settled_tb2, 0) as tb2_capture,
    settled_energy_amount / nullif(capacity_mw * settled_tb4, 0) as tb4_capture,
    cast(rank() over (
        partition by iso, month order by amount / capacity_mw desc nulls last
    ) as integer) as rank_by_amount_per_mw,
    cast(day_count as integer) as day_count,
    cast(settled_day_count as integer) as settled_day_count,
    cast(extract(day from last_day(month)) as integer) as expected_day_count
from months
