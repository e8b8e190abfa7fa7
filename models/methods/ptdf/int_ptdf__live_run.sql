{{ config(materialized='view', schema='intermediate') }}

select
    iso,
    run_id,
    decided_by,
    reason,
    _built_at as promoted_at
from {{ ref('int_ptdf__decisions') }}
where is_promoted
-- of one build a decision by hand is the later one; of two fits the newer
qualify
    row_number() over (
        partition by iso order by _built_at desc, decided_by = 'HAND' desc, run_id desc
    ) = 1
