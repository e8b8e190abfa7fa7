{{ config(materialized='view', alias='logistic_map_metadata') }}

select
    fits.iso,
    fits.run_id,
    fits.method_version,
    latest.run_id is not null as is_live,
    fits.status,
    fits.reason,
    fits.run_count,
    fits.unexplained_run_count,
    fits.known_after_minutes,
    fits.constraint_count,
    fits.first_run_at,
    fits.last_run_at,
    fits.fit_ends_at,
    fits.score_starts_at,
    fits._built_at
from {{ ref('int_calibration__fits') }} as fits
left join {{ ref('int_calibration__latest_fit') }} as latest
    on
        fits.iso = latest.iso
        and fits.run_id = latest.run_id
