{{ config(materialized='view', schema='intermediate') }}

select
    factors.location,
    factors.location_type,
    labels.label as constraint_name,
    factors.contingency_name,
    factors.beta
from {{ ref('ref__estimated_ptdf') }} as factors
inner join {{ ref('int_scenario__labels') }} as labels
    on
        factors.constraint_name = labels.constraint_name
        and factors.contingency_name = labels.contingency_name
        and factors.from_station = labels.from_station
        and factors.to_station = labels.to_station
