-- The two publications have different columns: each is of the newest one that has a value.
with ranked as (
    select
        *,
        row(coalesce(_published_at, _fetched_at), _loaded_at, _file_id, _row_number) as _newness
    from {{ ref('int_notices__unioned') }}
)

select
    iso,
    notice_id,
    arg_max(notice_type, _newness) as notice_type,
    arg_max(notice_type_description, _newness) as notice_type_description,
    arg_max(created_at, _newness) as created_at,
    arg_max(issue_date, _newness) as issue_date,
    arg_max(effective_at, _newness) as effective_at,
    arg_max(external_reference, _newness) as external_reference,
    arg_max(reason, _newness) as reason,
    max(_published_at) as published_at,
    arg_max(_file_id, _newness) as file_id,
    {{ built_at() }} as _built_at
from ranked
group by
    iso,
    notice_id
