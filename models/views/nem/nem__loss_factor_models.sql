{{ config(alias='loss_factor_models') }}

select
    effective_date as effectivedate,
    version_no as versionno,
    interface as interconnectorid,
    location as regionid,
    demand_coefficient as demandcoefficient,
    last_changed_at as lastchanged,
    published_at,
    file_id,
    _built_at
from {{ ref('dim_interconnector_demand_coefficient') }}
where iso = 'NEM'
