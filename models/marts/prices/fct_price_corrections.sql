{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

select
    iso,
    market,
    location,
    location_type,
    interval_start,
    interval_end,
    market_date,
    original_price,
    price,
    currency,
    corrected_at,
    _published_at as published_at,
    _file_id as file_id,
    _loaded_at,
    {{ built_at() }} as _built_at
from {{ touched_rows(ref('int_prices__corrections')) }}
-- Of a correction that several files tell, the one that is last among the price's revisions.
qualify row_number() over (
    partition by iso, market, location, location_type, interval_start, corrected_at
    order by _fetched_at desc, _loaded_at desc, _file_id desc, _row_number desc
) = 1
