{{ config(materialized='view', schema='intermediate') }}

select
    cast({{ var('ptdf_window_days') }} as integer) as window_days,
    '{{ var("ptdf_rare") }}' as rare,
    cast({{ var('ptdf_least_intervals') }} as integer) as least_intervals,
    cast({{ var('ptdf_extra') }} as text[]) as extra,
    cast({{ var('ptdf_refit_hours') }} as double) as refit_hours
