{{ config(alias='loss_models') }}

select
    effective_date as effectivedate,
    version_no as versionno,
    interface as interconnectorid,
    loss_segment as losssegment,
    breakpoint_mw as mwbreakpoint,
    loss_factor as lossfactor,
    last_changed_at as lastchanged,
    published_at,
    file_id,
    _built_at
from {{ ref('dim_interconnector_loss_segment') }}
where iso = 'NEM'
