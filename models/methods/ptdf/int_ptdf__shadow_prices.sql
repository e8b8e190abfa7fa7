{{ config(materialized='view', schema='intermediate') }}

-- The direction of a limit is told by the order of its stations.
select
    'ERCOT' as iso,
    market_date,
    run_at,
    concat_ws(
        chr(31), constraint_name, coalesce(contingency_name, ''), coalesce(from_station, ''),
        coalesce(to_station, '')
    ) as constraint_key,
    shadow_price,
    _built_at
from {{ ref('features__sced_mu') }}
where is_binding
