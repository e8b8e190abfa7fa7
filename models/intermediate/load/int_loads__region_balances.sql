-- Both runs of an interval that was solved twice: the balance holds in each.
select
    iso,
    location,
    intervention,
    interval_start,
    market_date,
    total_demand_mw,
    dispatchable_generation_mw,
    dispatchable_load_mw,
    net_interchange_mw,
    -- not in files before October 2021, when it began
    coalesce(wdr_dispatched_mw, 0) as demand_response_mw,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ ref('stg_nem__dispatch_region_sums') }}
