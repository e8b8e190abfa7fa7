{{ config(materialized='view') }}

{#- A CTE that is read twice would be made whole before a range of days is cut out of it. -#}
{%- set quarters -%}
(
    select
        *,
        cast(date_trunc('month', market_date) as date) as month
    from {{ ref('int_bess__quarters') }}
    where side = 'ESR' and first_soc_mwh is not null
)
{%- endset %}

-- The maximum drifts from run to run, and is 0 while a battery is out.
with days as (
    select
        iso,
        resource,
        month,
        market_date,
        max(maximum_soc_mwh) as capacity_mwh,
        max(hsl_mw) as power_mw
    from {{ quarters }} as quarters
    group by all
),

sizes as (
    select
        iso,
        resource,
        month,
        median(capacity_mwh) as capacity_mwh,
        max(power_mw) as power_mw
    from days
    where capacity_mwh > 0 and power_mw > 0
    group by all
)

select
    quarters.iso,
    quarters.resource,
    quarters.month,
    quarters.market_date,
    quarters.market_date - date '1970-01-01' as day_number,
    quarters.interval_start,
    quarters.step_charged_mwh,
    quarters.step_discharged_mwh,
    quarters.step_hours,
    quarters.step_squared_mw2h,
    coalesce(quarters.is_step_known, true) as is_step_known,
    quarters.first_soc_mwh as soc_mwh,
    sizes.capacity_mwh,
    sizes.power_mw,
    quarters._built_at
from {{ quarters }} as quarters
inner join sizes
    on
        quarters.iso = sizes.iso
        and quarters.resource = sizes.resource
        and quarters.month = sizes.month
