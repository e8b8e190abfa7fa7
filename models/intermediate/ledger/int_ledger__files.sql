select * from {{ ref('stg_ercot__files') }}
union all
select * from {{ ref('stg_caiso__files') }}
union all
select * from {{ ref('stg_nem__files') }}
