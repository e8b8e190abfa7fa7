{{ config(alias='interconnectors') }}

select
    interface as interconnectorid,
    name as description,
    from_location as regionfrom,
    to_location as regionto,
    valid_from as start_date,
    valid_to as end_date,
    is_planned
from {{ ref('dim_interconnector') }}
where iso = 'NEM'
