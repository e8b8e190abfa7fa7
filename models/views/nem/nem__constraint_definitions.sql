{{ config(alias='constraint_definitions') }}

select
    constraint_name as genconid,
    effective_date as effectivedate,
    version_no as versionno,
    relation as constrainttype,
    constraint_value as constraintvalue,
    description,
    violation_weight as genericconstraintweight,
    dynamic_rhs_flag as dynamicrhs,
    dispatch_flag as dispatch,
    predispatch_flag as predispatch,
    stpasa_flag as stpasa,
    mtpasa_flag as mtpasa,
    impact,
    source,
    limit_type as limittype,
    reason,
    modifications,
    additional_notes as additionalnotes,
    authorised_at as authoriseddate,
    last_changed_at as lastchanged,
    published_at,
    file_id,
    _built_at
from {{ ref('dim_constraint') }}
where iso = 'NEM'
