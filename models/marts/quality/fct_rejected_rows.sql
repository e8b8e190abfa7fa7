{{ config(alias='rejected_rows', schema='ops', materialized='table') }}

select
    rejected.file_id,
    rejected.feed,
    rejected.table_name,
    rejected.member,
    rejected.row_number,
    rejected.line_number,
    rejected.column_name,
    rejected.value,
    rejected.reason,
    rejected.line,
    rejected._loaded_at as loaded_at,
    {{ built_at() }} as _built_at
from {{ ref('stg_ledger__rejected_rows') }} as rejected
-- of a file that was tried more than once, the newest attempt
inner join {{ ref('fct_files') }} as files
    on
        rejected.file_id = files.file_id
        and rejected._loaded_at = files.loaded_at
