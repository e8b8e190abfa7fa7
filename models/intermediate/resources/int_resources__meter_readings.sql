select
    iso,
    resource,
    interval_end,
    {{ nem_market_date(nem_clock('interval_end')) }} as market_date,
    {{ nem_trading_date(nem_clock('interval_end')) }} as trading_date,
    reading,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ ref('stg_nem__unit_meter_readings') }}
where reading is not null and {{ has_instant('interval_end') }}
