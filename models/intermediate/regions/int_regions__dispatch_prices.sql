-- The run without the intervention sets the price (docs/decisions/0002_intervention_runs.md).
select
    iso,
    location,
    interval_start,
    interval_end,
    market_date,
    price,
    rop as price_original,
    apc_flag as price_flag,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ ref('stg_nem__dispatch_prices') }}
where intervention = 0
