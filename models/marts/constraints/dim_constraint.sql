select
    iso,
    constraint_name,
    effective_date,
    version_no,
    relation,
    constraint_value,
    description,
    violation_weight,
    dynamic_rhs_flag,
    dispatch_flag,
    predispatch_flag,
    stpasa_flag,
    mtpasa_flag,
    impact,
    source,
    limit_type,
    reason,
    modifications,
    additional_notes,
    authorised_at,
    last_changed_at,
    _published_at as published_at,
    _file_id as file_id,
    {{ built_at() }} as _built_at
from {{ ref('int_constraints__definitions') }}
-- of what was published again the last publication holds
qualify row_number() over (
    partition by
        iso,
        constraint_name,
        effective_date,
        version_no
    order by
        _published_at desc nulls last,
        _fetched_at desc,
        _loaded_at desc,
        _file_id desc,
        _row_number desc
) = 1
