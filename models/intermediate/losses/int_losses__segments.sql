select
    iso,
    effective_date,
    version_no,
    interface,
    loss_segment,
    breakpoint_mw,
    loss_factor,
    last_changed_at,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ ref('stg_nem__loss_segments') }}
