{{ config(
    alias='files',
    schema='ops',
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['file_id'],
    on_schema_change='fail'
) }}

select
    file_id,
    operator,
    feed,
    source_key,
    name,
    container,
    sha256,
    archive_sha256,
    content_sha256,
    bytes,
    url,
    published_at,
    fetched_at,
    _loaded_at as loaded_at,
    status,
    rows_in_file,
    rows_landed,
    rows_rejected,
    rows_ignored,
    message,
    {{ built_at() }} as _built_at
from {{ loaded_since(ref('stg_ledger__files'), 'operator') }}
-- a quarantined file is tried again when it is met, and may land
qualify row_number() over (partition by file_id order by _loaded_at desc) = 1
