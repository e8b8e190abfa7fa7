select
    iso,
    'TRADING' as market,
    interface,
    from_location,
    interval_start,
    interval_end,
    {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
    market_date,
    trading_date,
    residue,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ ref('stg_nem__settlement_residues') }}
where {{ has_instant('interval_start') }}
