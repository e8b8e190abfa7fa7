{{ config(materialized='table', alias='estimated_ptdf_constraint_offsets') }}

select *
from {{ ref('ref__estimated_ptdf_constraint_offsets_staged') }}
where is_live
