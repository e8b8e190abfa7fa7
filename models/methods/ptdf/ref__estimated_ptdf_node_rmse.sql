{{ config(materialized='table', alias='estimated_ptdf_node_rmse') }}

select *
from {{ ref('ref__estimated_ptdf_node_rmse_staged') }}
where is_live
