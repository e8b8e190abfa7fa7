{{ config(materialized='view', schema='intermediate') }}

select
    cast({{ var('calibration_days') }} as integer) as window_days,
    cast({{ var('calibration_refresh_hours') }} as double) as refresh_hours
