{{ config(materialized='table', alias='estimated_ptdf_metadata') }}

select *
from {{ ref('ref__estimated_ptdf_metadata_staged') }}
where is_live
