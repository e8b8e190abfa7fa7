{{ config(materialized='table', alias='estimated_ptdf_node_summary') }}

select *
from {{ ref('ref__estimated_ptdf_node_summary_staged') }}
where is_live
