{{ config(alias='constraint_terms') }}

select
    constraint_name as genconid,
    effective_date as effectivedate,
    version_no as versionno,
    term_type,
    term,
    bid_type as bidtype,
    factor,
    last_changed_at as lastchanged,
    published_at,
    file_id,
    _built_at
from {{ ref('bridge_constraint_term') }}
where iso = 'NEM'
