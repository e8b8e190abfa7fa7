select
    iso,
    trading_date,
    resource,
    bid_type,
    direction,
    bid_trading_date,
    offered_at,
    version_no,
    participant_id,
    daily_energy_constraint_mwh,
    rebid_explanation,
    price_band_1,
    price_band_2,
    price_band_3,
    price_band_4,
    price_band_5,
    price_band_6,
    price_band_7,
    price_band_8,
    price_band_9,
    price_band_10,
    minimum_load_mw,
    t1_minutes,
    t2_minutes,
    t3_minutes,
    t4_minutes,
    last_changed_at,
    mr_factor,
    entry_type,
    _published_at as published_at,
    _file_id as file_id,
    {{ built_at() }} as _built_at
from {{ ref('int_bids__days') }}
-- of what was published again the last publication holds
qualify row_number() over (
    partition by
        iso,
        resource,
        bid_type,
        direction,
        trading_date
    order by
        _published_at desc nulls last,
        _fetched_at desc,
        _loaded_at desc,
        _file_id desc,
        _row_number desc
) = 1
