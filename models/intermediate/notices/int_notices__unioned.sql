with unioned as (
    select * from {{ ref('stg_nem__market_notice_texts') }}
    union all by name
    select * from {{ ref('stg_nem__market_notices') }}
)

select
    iso,
    notice_id,
    notice_type,
    notice_type_description,
    created_at,
    issue_date,
    effective_at,
    -- a heading may go over two lines, as landing keeps them
    replace(external_reference, chr(11), chr(10)) as external_reference,
    reason,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from unioned
