{{ config(materialized='view', schema='intermediate') }}

-- Of runs that count: the file of the constraints may have come without the energy price. The
-- direction of a limit is told by the order of its stations.
select
    prices.market_date,
    prices.run_at,
    concat_ws(
        chr(31), prices.constraint_name, coalesce(prices.contingency_name, ''),
        coalesce(prices.from_station, ''), coalesce(prices.to_station, '')
    ) as constraint_key,
    prices.shadow_price,
    prices.max_shadow_price
from {{ ref('features__sced_mu') }} as prices
inner join {{ ref('int_calibration__runs') }} as runs
    on
        prices.market_date = runs.market_date
        and prices.run_at = runs.run_at
        and runs.is_explained
where prices.shadow_price is not null
