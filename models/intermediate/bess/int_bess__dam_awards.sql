{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

-- The disclosure of a day may come again, whole or in part: what was published last holds.
with published as (
    {{ latest_rows(
        touched_rows(ref('int_bess__dam_awards_unioned')),
        scope=['iso', 'side', 'market_date'],
        key=['resource', 'interval_start']
    ) }}
)

select
    * exclude (_published_at, _fetched_at, _file_id, _row_number),
    _published_at as published_at,
    _file_id as file_id,
    {{ built_at() }} as _built_at
from published
