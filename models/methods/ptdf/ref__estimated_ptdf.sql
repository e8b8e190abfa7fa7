{{ config(materialized='table', alias='estimated_ptdf') }}

select *
from {{ ref('ref__estimated_ptdf_staged') }}
where is_live
