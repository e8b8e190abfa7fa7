{{ config(materialized='view', schema='intermediate') }}

-- A direction that the live fit does not know is told by its stations, and so has no factors.
select
    prices.market_date,
    prices.run_at,
    coalesce(
        labels.label,
        prices.constraint_name
        || coalesce(' (' || prices.from_station || ' > ' || prices.to_station || ')', '')
    ) as constraint_name,
    prices.contingency_name,
    prices.shadow_price
from {{ ref('features__sced_mu') }} as prices
left join {{ ref('int_scenario__labels') }} as labels
    on
        prices.constraint_name = labels.constraint_name
        and prices.contingency_name = labels.contingency_name
        and coalesce(prices.from_station, '') = labels.from_station
        and coalesce(prices.to_station, '') = labels.to_station
where prices.is_binding
