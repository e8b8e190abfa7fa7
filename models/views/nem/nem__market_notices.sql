{{ config(alias='market_notices') }}

select
    notice_id as noticeid,
    notice_type as typeid,
    notice_type_description,
    created_at,
    issue_date,
    effective_at as effectivedate,
    external_reference as externalreference,
    reason,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_market_notices') }}
where iso = 'NEM'
