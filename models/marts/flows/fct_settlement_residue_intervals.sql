{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

select
    iso,
    market,
    from_location as location,
    'REGION' as location_type,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    trading_date,
    interface,
    from_location,
    residue,
    'AUD' as currency,
    _published_at as published_at,
    _file_id as file_id,
    _loaded_at,
    {{ built_at() }} as _built_at
from {{ touched_rows(ref('int_flows__settlement_residues')) }}
-- of what was published again the last publication holds
qualify row_number() over (
    partition by
        iso,
        interface,
        from_location,
        interval_start
    order by
        _published_at desc nulls last,
        _fetched_at desc,
        _loaded_at desc,
        _file_id desc,
        _row_number desc
) = 1
