{{ config(materialized='view') }}

-- What was live stays live while a newer fit is less certain by half.
with certain as (
    select
        *,
        min(round_trip_se) over (partition by iso, resource) as least_se
    from {{ ref('int_bess__loss_fits') }}
    where is_plausible
)

select * exclude (least_se)
from certain
where round_trip_se <= 1.5 * least_se
qualify row_number() over (partition by iso, resource order by month desc, _built_at desc) = 1
