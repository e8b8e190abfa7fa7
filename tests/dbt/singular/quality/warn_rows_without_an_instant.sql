{{ config(severity='warn', tags=['rows_lost']) }}

{#- Reported by the build that takes their file in, which exits with 1 and goes on;
    `fct_unresolved_rows` keeps them. -#}
select
    counts.feed,
    counts.file_id,
    counts.unresolved_row_count
from {{ ref('int_files__row_counts') }} as counts
where
    counts.unresolved_row_count > 0
    and {{ untested('counts._built_at') }}
