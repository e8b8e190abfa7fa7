{{ config(
    alias='rejected_rows',
    schema='ops',
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['file_id'],
    on_schema_change='fail'
) }}

select
    file_id,
    feed,
    table_name,
    member,
    row_number,
    line_number,
    column_name,
    value,
    reason,
    line,
    _loaded_at as loaded_at,
    {{ built_at() }} as _built_at
from {{ loaded_since(ref('stg_ledger__rejected_rows'), 'feed') }}
