{{ config(materialized='view', schema='intermediate') }}

-- The direction of a limit is told by the order of its stations.
select
    market_date,
    run_at,
    concat_ws(
        chr(31), constraint_name, contingency_name, coalesce(from_station, ''),
        coalesce(to_station, '')
    ) as constraint_key,
    shadow_price,
    max_shadow_price
from {{ ref('features__sced_mu') }}
where shadow_price is not null
