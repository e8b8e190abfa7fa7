with unioned as (
    select
        *,
        'CONNECTION_POINT' as term_type,
        connection_point_id as term
    from {{ ref('stg_nem__connection_point_constraint_terms') }}
    union all by name
    select
        *,
        'INTERCONNECTOR' as term_type,
        interface as term
    from {{ ref('stg_nem__interconnector_constraint_terms') }}
    union all by name
    select
        *,
        'REGION' as term_type,
        location as term
    from {{ ref('stg_nem__region_constraint_terms') }}
)

select
    iso,
    constraint_name,
    effective_date,
    version_no,
    term_type,
    term,
    bid_type,
    factor,
    last_changed_at,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from unioned
