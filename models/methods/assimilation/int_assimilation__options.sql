{{ config(materialized='view', schema='intermediate') }}

select
    cast({{ var('assimilation_days') }} as integer) as window_days,
    cast({{ var('assimilation_training_days') }} as double) as training_days,
    cast({{ var('assimilation_refresh_hours') }} as double) as refresh_hours,
    cast({{ var('assimilate_now') }} as boolean) as is_asked_for
