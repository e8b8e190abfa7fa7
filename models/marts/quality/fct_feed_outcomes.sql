{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail'
) }}

select
    attempted_at,
    operator,
    feed,
    kind,
    outcome,
    url_or_path,
    file_id,
    rows_in_file,
    rows_landed,
    rows_rejected,
    bytes,
    seconds,
    message,
    _loaded_at as loaded_at,
    {{ built_at() }} as _built_at
from {{ loaded_since(ref('stg_ledger__outcomes'), 'operator') }}
