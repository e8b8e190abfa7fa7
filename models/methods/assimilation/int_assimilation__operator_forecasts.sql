{{ config(materialized='view', schema='intermediate') }}

select
    iso,
    zone,
    quantity,
    market_date,
    issued_at,
    interval_start,
    forecast_mw
from {{ ref('features__zone_forecasts') }}
