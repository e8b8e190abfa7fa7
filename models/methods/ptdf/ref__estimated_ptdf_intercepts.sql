{{ config(materialized='table', alias='estimated_ptdf_intercepts') }}

select *
from {{ ref('ref__estimated_ptdf_intercepts_staged') }}
where is_live
