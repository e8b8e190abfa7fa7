{{ config(materialized='view', schema='intermediate') }}

-- Scenarios name a constraint and its contingency. Where both directions of a line were seen, the
-- one is meant that binds more.
select
    location,
    location_type,
    constraint_name,
    contingency_name,
    beta
from {{ ref('ref__estimated_ptdf') }}
qualify
    row_number() over (
        partition by location, location_type, constraint_name, contingency_name
        order by avg_abs_mu desc, from_station
    ) = 1
