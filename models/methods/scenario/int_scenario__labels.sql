{{ config(materialized='view', schema='intermediate') }}

-- Scenarios name a constraint and its contingency. The direction is told by the order of the
-- stations, and belongs to the name where the live fit knows both.
select
    constraint_name,
    contingency_name,
    from_station,
    to_station,
    if(
        count(*) over (partition by constraint_name, contingency_name) > 1,
        constraint_name || ' (' || from_station || ' > ' || to_station || ')',
        constraint_name
    ) as label
from {{ ref('ref__estimated_ptdf_constraint_offsets') }}
