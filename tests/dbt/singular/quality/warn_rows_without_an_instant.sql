{{ config(severity='warn') }}

select
    feed,
    file_id,
    count(*) as row_count
from {{ ref('fct_unresolved_rows') }}
group by
    feed,
    file_id
