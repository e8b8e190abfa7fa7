{{ config(materialized='view', schema='intermediate') }}

select
    iso,
    run_id
from {{ ref('int_assimilation__runs') }}
qualify row_number() over (partition by iso order by run_id desc) = 1
