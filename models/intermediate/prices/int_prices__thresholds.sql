select
    iso,
    effective_date,
    version_no,
    price_cap,
    price_floor,
    cumulative_price_threshold,
    authorised_at,
    last_changed_at,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ ref('stg_nem__price_thresholds') }}
