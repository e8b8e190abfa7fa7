select
    iso,
    effective_date,
    version_no,
    interface,
    loss_segment,
    breakpoint_mw,
    loss_factor,
    last_changed_at,
    _published_at as published_at,
    _file_id as file_id,
    {{ built_at() }} as _built_at
from {{ ref('int_losses__segments') }}
-- of what was published again the last publication holds
qualify row_number() over (
    partition by
        iso,
        interface,
        effective_date,
        version_no,
        loss_segment
    order by
        _published_at desc nulls last,
        _fetched_at desc,
        _loaded_at desc,
        _file_id desc,
        _row_number desc
) = 1
