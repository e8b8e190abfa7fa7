{{ config(materialized='table', alias='estimated_ptdf_fit_metrics') }}

select *
from {{ ref('ref__estimated_ptdf_fit_metrics_staged') }}
where is_live
