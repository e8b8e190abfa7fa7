{{ config(alias='price_thresholds') }}

select
    effective_date as effectivedate,
    version_no as versionno,
    price_cap as voll,
    price_floor as marketpricefloor,
    cumulative_price_threshold as administered_price_threshold,
    authorised_at as authoriseddate,
    last_changed_at as lastchanged,
    published_at,
    file_id,
    _built_at
from {{ ref('dim_price_threshold') }}
where iso = 'NEM'
