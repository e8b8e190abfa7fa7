select
    iso,
    resource,
    interval_start,
    interval_end,
    {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
    market_date,
    trading_date,
    local_price_adjustment,
    locally_constrained,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ ref('stg_nem__local_prices') }}
where {{ has_instant('interval_start') }}
