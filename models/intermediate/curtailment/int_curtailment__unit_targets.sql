with physical as (
    {{ physical_run(ref('stg_nem__dispatch_unit_solutions')) }}
)

select
    iso,
    resource,
    interval_start,
    interval_end,
    {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
    market_date,
    trading_date,
    uigf_mw,
    availability_mw,
    total_cleared_mw,
    semi_dispatch_cap = 1 as is_capped,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from physical
where uigf_mw is not null and {{ has_instant('interval_start') }}
